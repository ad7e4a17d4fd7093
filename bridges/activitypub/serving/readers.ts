import {
	type BridgeHost,
	type BridgeRequest,
	type BridgeResponse,
	type HomeServer,
	OutboundFailure,
	type Requester,
} from "#bridge-kit";
import { peopleServedElsewhere } from "../remote/inbox-hosts.ts";
import { laneOf } from "../remote/person.ts";
import { type KeyCache, verifyRequest } from "../signatures/index.ts";
import { problem } from "./answers.ts";
import { prefersHtml } from "./prefers-html.ts";

/** Answers a request with what its sender may have. @param serve answers an anonymous request, or that of `reader` */
export type ServeToReader = (
	request: BridgeRequest,
	serve: (reader: Requester | undefined) => Promise<BridgeResponse>,
) => Promise<BridgeResponse>;

/**
 * Who has signed a request: an actor, with its account if it is known here, and its server if it is the actor of one; or why that can't
 * be said.
 */
type Asker =
	| { readonly reader: Requester | undefined; readonly server: HomeServer | undefined }
	| { readonly refused: BridgeResponse };

/**
 * Judges who asks for a document. What anyone may read needs no signature, unless the instance requires one
 * (`federation.authorizedFetch`). A document for certain readers is served to these and to the instance actors of their servers; to anyone
 * else it does not exist.
 */
export function createReaders(
	host: Pick<BridgeHost, "about" | "clock" | "people" | "http" | "state">,
	keys: KeyCache,
): ServeToReader {
	async function askerOf({ method, path, query, headers }: BridgeRequest): Promise<Asker> {
		const verification = await verifyRequest(
			{ method, path: path + query, headers, body: Buffer.alloc(0) },
			{ origin: host.about.origin, resolveKey: keys.resolve, now: host.clock.now() },
		);
		const who = verification.outcome === "verified" ? verification.owner : verification.keyId;
		if (who !== undefined && isDenied(who))
			return { refused: problem(403, "Not allowed", "This provider does not communicate with your server") };
		if (verification.outcome === "failed") return { refused: refusal(verification.reason) };
		const reader = await host.people.byRemote(verification.owner);
		// The origin of the signer's id is proved by its key; its inbox could be any server's.
		const server: HomeServer | undefined =
			verification.isOfServer === true
				? {
						kind: "server",
						bridge: host.about.bridge,
						lane: laneOf(verification.owner),
						people: await peopleServedElsewhere(host, verification.owner),
					}
				: undefined;
		return { reader: reader?.deletedAt === undefined ? reader : undefined, server };
	}

	/** Whether the operator's rules forbid contact with the server of an id. */
	function isDenied(id: string): boolean {
		const url = URL.parse(id);
		if (url === null) return false;
		try {
			host.http.check(url);
			return false;
		} catch (error) {
			if (error instanceof OutboundFailure) return true;
			throw error;
		}
	}

	async function toSigner(
		request: BridgeRequest,
		serve: Parameters<ServeToReader>[1],
		otherwise: (refused: BridgeResponse) => BridgeResponse,
	): Promise<BridgeResponse> {
		const asker = await askerOf(request);
		if ("refused" in asker) return otherwise(asker.refused);
		const own = await serve(asker.reader);
		const response = own.status === 404 && asker.server !== undefined ? await serve(asker.server) : own;
		// A shared cache must not give one reader's response to another.
		return {
			...response,
			headers: { ...response.headers, vary: "Accept, Signature", "cache-control": "private, no-cache" },
		};
	}

	return async (request, serve) => {
		const isSigned = request.headers["signature"] !== undefined;
		if (!host.about.authorizedFetch) {
			const open = await serve(undefined);
			if (open.status !== 404 || !isSigned) return open;
			return toSigner(request, serve, (refused) => (refused.status === 503 ? refused : open));
		}
		if (isSigned) return toSigner(request, serve, (refused) => refused);
		if (prefersHtml(request.headers["accept"])) {
			const page = await serve(undefined);
			if (page.status === 302) return page;
		}
		return refusal("missing");
	};
}

/** A key that can't be fetched now may be there later; everything else about a signature is final. */
function refusal(reason: string): BridgeResponse {
	if (reason === "key-unavailable")
		return problem(503, "Temporarily unavailable", "The key of the signature could not be fetched", {
			"retry-after": "60",
			"cache-control": "no-store",
		});
	return problem(401, "Not authenticated", `Documents are served to signed requests only: the signature is ${reason}`, {
		"www-authenticate": 'Signature headers="(request-target) host date"',
		"cache-control": "no-store",
	});
}
