import { errors, type KoaContextWithOIDC } from "oidc-provider";
import { scopeNames } from "#core/identity/scopes.ts";

const known: ReadonlySet<string> = new Set(scopeNames);

/** The scopes of an authorization request, before the library has dropped the unknown ones. */
export const requestedScopes = (ctx: KoaContextWithOIDC): readonly string[] =>
	parseScope(ctx.query.scope ?? (ctx.oidc.body as { scope?: unknown } | undefined)?.scope);

/** The names in a scope parameter (RFC 6749 §3.3). */
export const parseScope = (scope: unknown): readonly string[] =>
	typeof scope === "string" ? scope.split(" ").filter((name) => name !== "") : [];

/**
 * The scopes of a client's metadata that exist here; `undefined` if there are none, which means all. Unknown ones are ignored
 * (RFC 7591 §3.2.1, OpenID Connect Core §3.1.2.1), since libraries ask for `email` and the like by default.
 */
export function knownScope(scope: string): string | undefined {
	const names = parseScope(scope).filter((name) => known.has(name));
	return names.length === 0 ? undefined : names.join(" ");
}

/**
 * Rejects a request whose scopes are all unknown, before the user signs in for nothing: it would give access to nothing.
 *
 * @throws {errors.InvalidScope}
 */
export function refuseOnlyUnknownScopes(ctx: KoaContextWithOIDC): void {
	const requested = requestedScopes(ctx);
	if (requested.length > 0 && !requested.some((name) => known.has(name)))
		throw new errors.InvalidScope("none of these scopes exists here", requested.join(" "));
}
