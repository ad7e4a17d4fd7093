import type { Context } from "koa";
import { InvalidRequest, PermissionDenied, Unauthenticated } from "#core/errors.ts";
import type { BeforeAsking } from "#core/federation/federation.ts";
import { authenticate, principalOf as principalWith } from "#core/federation/principals.ts";
import { isBootstrap } from "#core/identity/bootstrap-tokens.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import { recordUse } from "#core/identity/last-used.ts";
import { isClientToken } from "#core/identity/oauth-tokens.ts";
import { type Principal } from "#core/identity/principal.ts";
import { isLocal } from "#core/model/account.ts";
import type { Auth } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { clientTokenDenied, credentialOfJwt } from "./jwt-access-tokens.ts";
import { isSigned, receivedRequest } from "./signed.ts";

const bearer = /^Bearer +([\w\-.~+/]+=*)$/i;

/** True when the request carries a credential, valid or not. */
export const hasCredential = (ctx: Context): boolean => ctx.req.headers.authorization !== undefined || isSigned(ctx);

/**
 * Authenticates a request by its access token (OFSCP §4.2) or by its signature (R7 §4.4). Tokens are read from `Authorization`
 * only, never from the URL.
 *
 * @throws {Unauthenticated} a credential is required and missing; an invalid one, on any route
 * @throws {PermissionDenied} `insufficient_scope`, `bootstrap_only`, `home_only`, `provider_denied`
 * @throws {InvalidRequest} two kinds of credential; `digest_mismatch`
 */
export async function principalOf(
	services: Pick<Services, "context" | "federation" | "limits">,
	ctx: Context,
	auth: Auth,
	beforeAsking?: BeforeAsking,
): Promise<Principal | undefined> {
	if (auth === "none") return undefined;
	const { authorization } = ctx.req.headers;
	// Elsewhere a token in the URL alone is ignored, so that a route that requires one answers 401.
	if (ctx.query.access_token !== undefined && (authorization !== undefined || auth === "reader"))
		throw new InvalidRequest([{ field: "access_token", expected: "the token in Authorization, never in a URL" }]);
	if (authorization !== undefined) {
		if (isSigned(ctx))
			throw new InvalidRequest([{ field: "Authorization", expected: "either a token or a signature, not both" }]);
		return authorize(services.context, await principalOfToken(services.context, authorization), auth);
	}
	if (isSigned(ctx)) {
		const signer = await services.federation.actorOf(receivedRequest(ctx, services.limits), beforeAsking);
		return authorize(services.context, signer, auth);
	}
	if (auth === "reader" || auth === "peer") return undefined;
	throw new Unauthenticated("An access token is required", "token_missing");
}

async function principalOfToken(context: IdentityContext, authorization: string): Promise<Principal> {
	const secret = bearer.exec(authorization)?.[1];
	const principal =
		secret === undefined
			? undefined
			: ((await authenticate(context, secret)) ?? (await principalOfJwt(context, secret)));
	if (principal !== undefined) return principal;
	if (secret !== undefined && (await isClientToken(context, secret))) throw clientTokenDenied();
	throw new Unauthenticated();
}

async function principalOfJwt(context: IdentityContext, token: string): Promise<Principal | undefined> {
	const credential = await credentialOfJwt(context, token);
	return credential === undefined ? undefined : principalWith(context, credential);
}

/** Checks that a credential is of a kind that the route accepts. The use case checks permissions on the resource itself. */
function authorize(context: IdentityContext, principal: Principal, auth: Auth): Principal {
	if (isBootstrap(principal)) {
		if (auth === "registrar") return principal;
		throw new PermissionDenied("A bootstrap token can only register a device key", "bootstrap_only");
	}
	if (!principal.scopes.includes("ofscp"))
		throw new PermissionDenied("The token lacks the scope ofscp", "insufficient_scope");
	if (!isLocal(principal.account) && (auth === "member" || auth === "registrar"))
		throw new PermissionDenied("Only accounts of this provider may do that", "home_only");
	// The credentials of remote accounts are listed by their home providers.
	if (isLocal(principal.account)) recordUse(context, principal.session ?? principal.credential);
	return principal;
}
