import { errors, type KoaContextWithOIDC } from "oidc-provider";
import { scopeNames } from "#core/identity/scopes.ts";

/** Scopes of OpenID Connect Core §5.4 that libraries ask for by habit. They give nothing here, and send nobody away. */
const habits: readonly string[] = ["address", "email", "phone"];
const known: ReadonlySet<string> = new Set([...scopeNames, ...habits]);

/** What a request for an authorization asks for, before the library has left out what it does not know. */
export const askedScopes = (ctx: KoaContextWithOIDC): readonly string[] =>
	namesOf(ctx.query.scope ?? (ctx.oidc.body as { scope?: unknown } | undefined)?.scope);

/** The names in a scope parameter (RFC 6749 §3.3). */
export const namesOf = (scope: unknown): readonly string[] =>
	typeof scope === "string" ? scope.split(" ").filter((name) => name !== "") : [];

/** The library would leave out what it does not know, and the client would take its token for more than it is. @throws {errors.InvalidScope} */
export function refuseUnknownScopes(ctx: KoaContextWithOIDC): void {
	const unknown = askedScopes(ctx).find((name) => !known.has(name));
	if (unknown !== undefined) throw new errors.InvalidScope("there is no such scope here", unknown);
}
