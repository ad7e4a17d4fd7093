import { errors, type KoaContextWithOIDC } from "oidc-provider";
import { scopeNames } from "#core/identity/scopes.ts";

/** Scopes of OpenID Connect Core §5.4 that libraries request by default. They grant nothing here, and are not an error. */
const ignored: readonly string[] = ["address", "email", "phone"];
const known: ReadonlySet<string> = new Set([...scopeNames, ...ignored]);

/** The scopes of an authorization request, before the library has dropped the unknown ones. */
export const requestedScopes = (ctx: KoaContextWithOIDC): readonly string[] =>
	parseScope(ctx.query.scope ?? (ctx.oidc.body as { scope?: unknown } | undefined)?.scope);

/** The names in a scope parameter (RFC 6749 §3.3). */
export const parseScope = (scope: unknown): readonly string[] =>
	typeof scope === "string" ? scope.split(" ").filter((name) => name !== "") : [];

/** Rejects unknown scopes: the library would drop them, and the client would overestimate its token. @throws {errors.InvalidScope} */
export function refuseUnknownScopes(ctx: KoaContextWithOIDC): void {
	const unknown = requestedScopes(ctx).find((name) => !known.has(name));
	if (unknown !== undefined) throw new errors.InvalidScope("unknown scope", unknown);
}
