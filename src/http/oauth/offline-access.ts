import type { Client, KoaContextWithOIDC } from "oidc-provider";
import { askedScopes, namesOf } from "./asked-scopes.ts";

/**
 * Keeps `offline_access` in a request. OpenID Connect Core §11 lets it through with `prompt=consent` only, or on "other
 * conditions": here nobody gets it whom a person has not let in, page by page, so the library's rule would only take refresh
 * tokens from clients that know OAuth and not OpenID Connect.
 */
export function keepsOffline(ctx: KoaContextWithOIDC, _value: unknown, client: Client): void {
	const { params } = ctx.oidc;
	const asked = askedScopes(ctx);
	const isAllowed = client.scope === undefined || client.scope.split(" ").includes("offline_access");
	if (params === undefined || !asked.includes("offline_access")) return;
	if (!isAllowed || !client.grantTypeAllowed("refresh_token")) return;
	const kept = new Set([...namesOf(params.scope), "offline_access"]);
	params.scope = [...new Set(asked)].filter((scope) => kept.has(scope)).join(" ");
}
