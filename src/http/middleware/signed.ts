import type { Context } from "koa";
import { InvalidRequest } from "#core/errors.ts";
import type { BeforeAsking } from "#core/federation/federation.ts";
import { domainIn } from "#core/federation/peers.ts";
import { signatureHeaders, signerHeaders } from "#core/identity/request-signature.ts";
import type { ReceivedRequest } from "#core/identity/signed-requests.ts";
import { readBody } from "../base/body.ts";
import type { Peer } from "../base/peer.ts";
import type { Services } from "../base/services.ts";

const has = (ctx: Context, name: string): boolean => ctx.req.headers[name.toLowerCase()] !== undefined;

/**
 * True when the request has any header of a signature. The provider's name alone is not one: it is only a claim (OFSCP §4.3).
 */
export const isSigned = (ctx: Context): boolean =>
	[signerHeaders.actor, signatureHeaders.keyId, signatureHeaders.signature].some((name) => has(ctx, name));

/** A request as its signature covers it, with the raw bytes of its body. */
export const receivedRequest = (ctx: Context, limits: Pick<Services["limits"], "bodyBytes">): ReceivedRequest => ({
	method: ctx.method,
	target: ctx.originalUrl,
	header: (name) => ctx.get(name) || undefined,
	body: () => readBody(ctx.req, ctx.res, limits.bodyBytes),
});

/**
 * The provider that a request claims to come from; `undefined` if it names none.
 *
 * @throws {Unauthenticated} the signature is invalid
 * @throws {PermissionDenied} `provider_denied`
 * @throws {InvalidRequest} the name is not a domain; two kinds of credential; `digest_mismatch`
 */
export async function peerOf(
	{ federation, limits }: Pick<Services, "federation" | "limits">,
	ctx: Context,
	beforeAsking?: BeforeAsking,
): Promise<Peer | undefined> {
	const { provider, actor } = signerHeaders;
	const named = ctx.get(provider);
	if (named === "") return undefined;
	const domain = domainIn(provider, named);
	federation.assertPeer(domain);
	// With a person's signature or a token, the header only names the provider that the request is made for.
	if (!isSigned(ctx) || has(ctx, actor)) return { domain, isProven: false };
	if (has(ctx, "authorization"))
		throw new InvalidRequest([{ field: "Authorization", expected: "either a token or a signature, not both" }]);
	return { domain: await federation.providerOf(receivedRequest(ctx, limits), beforeAsking), isProven: true };
}
