import type { Client, KoaContextWithOIDC } from "oidc-provider";
import { parseScope, requestedScopes } from "./requested-scopes.ts";

/**
 * Keeps `offline_access` in a request. OpenID Connect Core §11 allows it with `prompt=consent`, or under "other conditions":
 * here a user has consented to every client, so the library's rule would only deny refresh tokens to clients that use OAuth
 * without OpenID Connect.
 */
export function keepOfflineAccess(ctx: KoaContextWithOIDC, _value: unknown, client: Client): void {
	const { params } = ctx.oidc;
	const requested = requestedScopes(ctx);
	const isAllowed = client.scope === undefined || client.scope.split(" ").includes("offline_access");
	if (params === undefined || !requested.includes("offline_access")) return;
	if (!isAllowed || !client.grantTypeAllowed("refresh_token")) return;
	const kept = new Set([...parseScope(params.scope), "offline_access"]);
	params.scope = [...new Set(requested)].filter((scope) => kept.has(scope)).join(" ");
}
