import { InvalidRequest, Unauthenticated } from "../errors.ts";
import type { World } from "../events/world.ts";
import { isNonceUsed, useNonce } from "./nonces.ts";
import { isDigestOf, isSignedBy, type SignableRequest, signatureHeaders } from "./request-signature.ts";

/** A request as it came. */
export interface ReceivedRequest {
	readonly method: string;
	/** Path and query as they were sent, nothing decoded. */
	readonly target: string;
	header(name: string): string | undefined;
	/** The bytes of the body; read when everything before them is right. */
	body(): Promise<Uint8Array>;
}

/**
 * The public key of a signer by its id, base64 of the raw bytes; `undefined`: they have no such key.
 *
 * @param isAnew the signature did not fit, or the key was not found: what is remembered may be out of date
 */
export type KeyFinder = (keyId: string, isAnew: boolean) => Promise<string | undefined>;

const skewMs = 300_000;
const timeShape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
/** 128 bits and more, in base64url; other alphabets do no harm. */
const nonceShape = /^[\x21-\x7e]{22,128}$/;
const keyIdShape = /^[\x21-\x7e]{1,200}$/;

/**
 * Checks a request's signature in the order of OFSCP R7 §4.5: what costs little comes first, and only a request whose
 * signature is right uses up its nonce.
 *
 * @param signer the one who claims to sign, in the one form in which we write them
 * @returns the id of the key that signed
 * @throws {InvalidRequest} `digest_mismatch`
 * @throws {Unauthenticated} `signature_incomplete`, `signature_expired`, `nonce_reused`, `signature_invalid`
 */
export async function checkSignature(
	world: Pick<World, "store" | "clock" | "domain">,
	request: ReceivedRequest,
	signer: string,
	find: KeyFinder,
): Promise<string> {
	const { keyId, signature, ...signed } = readHeaders(request);
	const time = timeShape.test(signed.timestamp) ? Date.parse(signed.timestamp) : Number.NaN;
	if (!(Math.abs(time - world.clock.now()) <= skewMs))
		throw new Unauthenticated(
			"The time of the signature is more than 300 s from now, or no time in UTC",
			"signature_expired",
		);
	if (await isNonceUsed(world, signer, keyId, signed.nonce)) throw reused();
	if (!isDigestOf(signed.digest, await request.body()))
		throw new InvalidRequest(
			[{ field: signatureHeaders.digest, expected: "the SHA-256 of the body, base64" }],
			"digest_mismatch",
		);

	const [path = "", ...query] = request.target.split("?");
	// The authority is ours whatever the request says: what was signed for another provider does not fit.
	const signable: SignableRequest = {
		...signed,
		authority: world.domain,
		method: request.method,
		path,
		query: query.join("?"),
	};
	const known = await find(keyId, false);
	if (known === undefined || !isSignedBy(signable, known, signature)) {
		const anew = await find(keyId, true);
		if (anew === undefined || anew === known || !isSignedBy(signable, anew, signature))
			throw new Unauthenticated("The signature does not fit the request, or its key is not known", "signature_invalid");
	}
	if (!(await useNonce(world, signer, keyId, signed.nonce))) throw reused();
	return keyId;
}

const reused = (): Unauthenticated => new Unauthenticated("This nonce has been used", "nonce_reused");

type Headers = { readonly [name in keyof typeof signatureHeaders]: string };

function readHeaders(request: ReceivedRequest): Headers {
	const read = (name: keyof typeof signatureHeaders): string => {
		const value = request.header(signatureHeaders[name]);
		if (value === undefined || value === "")
			throw new Unauthenticated(`${signatureHeaders[name]} is missing`, "signature_incomplete");
		return value;
	};
	const headers = {
		keyId: read("keyId"),
		timestamp: read("timestamp"),
		nonce: read("nonce"),
		digest: read("digest"),
		signature: read("signature"),
	};
	if (!keyIdShape.test(headers.keyId) || !nonceShape.test(headers.nonce))
		throw new Unauthenticated("The key's id, or a nonce of at least 128 bits, is malformed", "signature_incomplete");
	return headers;
}
