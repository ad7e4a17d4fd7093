import type { Context } from "koa";
import { InvalidRequest, PermissionDenied, Unauthenticated } from "#core/errors.ts";
import { authenticate, type Principal } from "#core/identity/principals.ts";
import type { World } from "#core/world.ts";
import type { Auth } from "../route.ts";

const bearer = /^Bearer +([\w\-.~+/]+=*)$/i;
/** The headers by which a request is signed instead (OFSCP R7 §4.5). */
const signatureHeaders = ["x-ofscp-actor", "x-ofscp-key-id", "x-ofscp-signature"];

/**
 * Whom a request's token stands for (OFSCP §4.2). Tokens are taken from `Authorization` only, never from the URL.
 *
 * @throws {Unauthenticated} no token where one is needed; one that stands for nobody, wherever it is sent
 * @throws {PermissionDenied} `insufficient_scope`
 * @throws {InvalidRequest} two kinds of credential
 */
export async function principalOf(
	world: Pick<World, "store">,
	ctx: Context,
	auth: Auth,
): Promise<Principal | undefined> {
	const { authorization } = ctx.req.headers;
	if (auth === "none") return undefined;
	if (authorization === undefined) {
		if (auth === "reader") return undefined;
		throw new Unauthenticated("An access token is needed", "token_missing");
	}
	const signed = signatureHeaders.find((name) => ctx.req.headers[name] !== undefined);
	if (signed !== undefined)
		throw new InvalidRequest([{ field: signed, expected: "either a token or a signature, not both" }]);
	const secret = bearer.exec(authorization)?.[1];
	const principal = secret === undefined ? undefined : await authenticate(world, secret);
	if (principal === undefined) throw new Unauthenticated();
	if (!principal.scopes.includes("ofscp"))
		throw new PermissionDenied("The token lacks the scope ofscp", "insufficient_scope");
	return principal;
}
