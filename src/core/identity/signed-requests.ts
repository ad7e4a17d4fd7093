import { InvalidRequest, Unauthenticated } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { isNonceUsed, useNonce } from "./nonces.ts";
import { isDigestOf, isSignedBy, type SignableRequest, signatureHeaders } from "./request-signature.ts";

/** A request as it was received. */
export interface ReceivedRequest {
	readonly method: string;
	/** Path and query as they were sent, not decoded. */
	readonly target: string;
	header(name: string): string | undefined;
	/** The bytes of the body. They are only read if all earlier checks succeed. */
	body(): Promise<Uint8Array>;
}

/**
 * Finds a public key of the signer by its id: base64 of the raw bytes; `undefined` if the signer has no such key.
 *
 * @param isRefetch true if the key was not found or did not verify the signature, so that cached keys may be out of date
 */
export type KeyFinder = (keyId: string, isRefetch: boolean) => Promise<string | undefined>;

const skewMs = 300_000;
const timeShape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
/** At least 128 bits in base64url; other alphabets are accepted. */
const nonceShape = /^[\x21-\x7e]{22,128}$/;
const keyIdShape = /^[\x21-\x7e]{1,200}$/;

/**
 * Verifies the signature of a request in the order of OFSCP R7 §4.5: cheap checks come first, and only a valid signature consumes the
 * nonce.
 *
 * @param signer the claimed signer: `handle@domain`, or a provider's domain
 * @param find finds the signer's keys
 * @returns the id of the key that signed
 * @throws {InvalidRequest} `digest_mismatch`
 * @throws {Unauthenticated} `signature_incomplete`, `signature_expired`, `nonce_reused`, `signature_invalid`
 */
export async function checkSignature(
	context: Pick<CoreContext, "store" | "clock" | "domain">,
	request: ReceivedRequest,
	signer: string,
	find: KeyFinder,
): Promise<string> {
	const { keyId, signature, ...signed } = readHeaders(request);
	const time = timeShape.test(signed.timestamp) ? Date.parse(signed.timestamp) : Number.NaN;
	if (!(Math.abs(time - context.clock.now()) <= skewMs))
		throw new Unauthenticated(
			"The timestamp differs from the server's time by more than 300 s, or is not in UTC",
			"signature_expired",
		);
	if (await isNonceUsed(context, signer, keyId, signed.nonce)) throw reused();
	if (!isDigestOf(signed.digest, await request.body()))
		throw new InvalidRequest(
			[{ field: signatureHeaders.digest, expected: "the SHA-256 of the body, base64" }],
			"digest_mismatch",
		);

	const [path = "", ...query] = request.target.split("?");
	// The authority is always our own, so that a signature for another provider does not verify.
	const signable: SignableRequest = {
		...signed,
		authority: context.domain,
		method: request.method,
		path,
		query: query.join("?"),
	};
	const known = await find(keyId, false);
	if (known === undefined || !isSignedBy(signable, known, signature)) {
		const refetched = await find(keyId, true);
		if (refetched === undefined || refetched === known || !isSignedBy(signable, refetched, signature))
			throw new Unauthenticated("The signature does not match the request, or its key is unknown", "signature_invalid");
	}
	if (!(await useNonce(context, signer, keyId, signed.nonce))) throw reused();
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
		throw new Unauthenticated(
			"The key id or the nonce is malformed; a nonce has at least 128 bits",
			"signature_incomplete",
		);
	return headers;
}
