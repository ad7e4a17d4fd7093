import type { Context } from "koa";
import { InvalidRequest, PermissionDenied, Unauthenticated } from "#core/errors.ts";
import type { BeforeAsking } from "#core/federation/federation.ts";
import { authenticate, principalOf as principalWith } from "#core/federation/principals.ts";
import { isBootstrap } from "#core/identity/bootstrap-tokens.ts";
import type { IdentityWorld } from "#core/identity/identity.ts";
import { recordUse } from "#core/identity/last-used.ts";
import { isClientToken } from "#core/identity/oauth-tokens.ts";
import { type Principal } from "#core/identity/principal.ts";
import { isLocal } from "#core/model/account.ts";
import type { Auth } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { credentialOfJwt, standsForNobody } from "./jwt-access-tokens.ts";
import { isSigned, receivedRequest } from "./signed.ts";

const bearer = /^Bearer +([\w\-.~+/]+=*)$/i;

/** True when the request says who asks, rightly or not. */
export const hasCredential = (ctx: Context): boolean => ctx.req.headers.authorization !== undefined || isSigned(ctx);

/**
 * Who asks: whom a request's token stands for (OFSCP §4.2), or who has signed it (R7 §4.4). Tokens are taken from
 * `Authorization` only, never from the URL.
 *
 * @throws {Unauthenticated} no credential where one is needed; one that stands for nobody, wherever it is sent
 * @throws {PermissionDenied} `insufficient_scope`, `bootstrap_only`, `home_only`, `provider_denied`
 * @throws {InvalidRequest} two kinds of credential; `digest_mismatch`
 */
export async function principalOf(
	services: Pick<Services, "world" | "federation" | "limits">,
	ctx: Context,
	auth: Auth,
	beforeAsking?: BeforeAsking,
): Promise<Principal | undefined> {
	if (auth === "none") return undefined;
	const { authorization } = ctx.req.headers;
	// Alone, where a token is needed, it is as good as none: 401.
	if (ctx.query.access_token !== undefined && (authorization !== undefined || auth === "reader"))
		throw new InvalidRequest([{ field: "access_token", expected: "the token in Authorization, never in a URL" }]);
	if (authorization !== undefined) {
		if (isSigned(ctx))
			throw new InvalidRequest([{ field: "Authorization", expected: "either a token or a signature, not both" }]);
		return entitled(services.world, await byToken(services.world, authorization), auth);
	}
	if (isSigned(ctx)) {
		const signer = await services.federation.actorOf(receivedRequest(ctx, services.limits), beforeAsking);
		return entitled(services.world, signer, auth);
	}
	if (auth === "reader" || auth === "peer") return undefined;
	throw new Unauthenticated("An access token is needed", "token_missing");
}

async function byToken(world: IdentityWorld, authorization: string): Promise<Principal> {
	const secret = bearer.exec(authorization)?.[1];
	const principal =
		secret === undefined ? undefined : ((await authenticate(world, secret)) ?? (await byJwt(world, secret)));
	if (principal !== undefined) return principal;
	if (secret !== undefined && (await isClientToken(world, secret))) throw standsForNobody();
	throw new Unauthenticated();
}

async function byJwt(world: IdentityWorld, token: string): Promise<Principal | undefined> {
	const credential = await credentialOfJwt(world, token);
	return credential === undefined ? undefined : principalWith(world, credential);
}

/** What a credential is good for at all. What somebody may do with a thing is decided where the thing is known. */
function entitled(world: IdentityWorld, principal: Principal, auth: Auth): Principal {
	if (isBootstrap(principal)) {
		if (auth === "registrar") return principal;
		throw new PermissionDenied("A bootstrap token registers a device key, and nothing else", "bootstrap_only");
	}
	if (!principal.scopes.includes("ofscp"))
		throw new PermissionDenied("The token lacks the scope ofscp", "insufficient_scope");
	if (!isLocal(principal.account) && (auth === "member" || auth === "registrar"))
		throw new PermissionDenied("Only people whose home is this provider may do that", "home_only");
	// What people of other providers sign with is listed there.
	if (isLocal(principal.account)) recordUse(world, principal.session ?? principal.credential);
	return principal;
}
