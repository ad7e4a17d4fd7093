import { createHash, createPublicKey, type KeyObject, randomBytes, timingSafeEqual, verify } from "node:crypto";

/** A request as its signature sees it (OFSCP R7 §4.4.2). */
export interface SignableRequest {
	/** `host[:port]` of the provider that it is for, lower-case, without the scheme's own port. */
	readonly authority: string;
	readonly method: string;
	/** As in the request line, nothing decoded or collapsed. */
	readonly path: string;
	/** As in the request line, without the `?`. */
	readonly query: string;
	readonly timestamp: string;
	readonly nonce: string;
	/** base64 of the body's SHA-256. */
	readonly digest: string;
}

/** The headers of a signature, beside the one that says who signs. */
export const signatureHeaders = {
	keyId: "X-OFSCP-Key-ID",
	timestamp: "X-OFSCP-Timestamp",
	nonce: "X-OFSCP-Nonce",
	digest: "X-OFSCP-Content-Digest",
	signature: "X-OFSCP-Signature",
} as const;

/**
 * The header that names the signer: one of our people or of another provider's, or a provider itself (R7 §4.4.1,
 * §8.1).
 */
export const signerHeaders = { actor: "X-OFSCP-Actor", provider: "X-OFSCP-Provider" } as const;

/** The pairs as they are, in the order of their bytes. */
const sortedQuery = (query: string): string =>
	query
		.split("&")
		.filter((pair) => pair !== "")
		.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
		.join("&");

/** The seven lines that are signed, byte for byte. */
export function canonicalText(request: SignableRequest): string {
	const { authority, method, path, query, timestamp, nonce, digest } = request;
	return [authority, method.toUpperCase(), path || "/", sortedQuery(query), timestamp, nonce, digest].join("\n");
}

/** base64 of the SHA-256 of a body's bytes. */
export const digestOf = (body: string | Uint8Array): string => createHash("sha256").update(body).digest("base64");

/** True when the digest that was sent is the body's. */
export function isDigestOf(digest: string, body: Uint8Array): boolean {
	const own = Buffer.from(digestOf(body));
	const sent = Buffer.from(digest);
	return own.length === sent.length && timingSafeEqual(own, sent);
}

/** What comes before the 32 bytes of a key in its SPKI form. */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");
const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * Reads a public Ed25519 key: base64 (or base64url) of the 32 raw bytes, or of their SPKI form. `undefined`: it is
 * none.
 *
 * @returns base64 of the 32 raw bytes
 */
export function readPublicKey(text: string): string | undefined {
	if (text.length > 100 || !base64.test(text)) return undefined;
	const bytes = Buffer.from(text, "base64");
	const isSpki = bytes.length === 44 && bytes.subarray(0, 12).equals(spkiPrefix);
	const raw = isSpki ? bytes.subarray(12) : bytes;
	if (raw.length !== 32) return undefined;
	try {
		keyObject(raw.toString("base64"));
	} catch {
		return undefined;
	}
	return raw.toString("base64");
}

const keyObject = (raw: string): KeyObject =>
	createPublicKey({ key: Buffer.concat([spkiPrefix, Buffer.from(raw, "base64")]), format: "der", type: "spki" });

/** base64 of 64 bytes, and nothing behind it. */
const signatureShape = /^[A-Za-z0-9+/_-]{86}(?:==)?$/;

/** True when the signature is this key's. @param publicKey base64 of the 32 raw bytes @param signature base64 */
export function isSignedBy(request: SignableRequest, publicKey: string, signature: string): boolean {
	// What a request line and headers hold, Node gives out as one character per byte.
	const signed = Buffer.from(canonicalText(request), "latin1");
	return signatureShape.test(signature) && verify(null, signed, keyObject(publicKey), Buffer.from(signature, "base64"));
}

/** Somebody who can sign: their name as the header gives it, and the key. */
export interface Signer {
	readonly as: keyof typeof signerHeaders;
	/** `handle@domain`, or the provider's domain. */
	readonly name: string;
	readonly keyId: string;
	/** A detached Ed25519 signature, base64. */
	sign(data: Uint8Array): string;
}

/** A request that is about to be sent. */
export interface OutgoingRequest {
	readonly method: string;
	readonly url: URL;
	readonly body?: string | Uint8Array;
}

/** The headers that sign a request (R7 §4.4.1). @param now milliseconds since 1970 */
export function signRequest(
	signer: Signer,
	{ method, url, body = "" }: OutgoingRequest,
	now: number,
): Record<string, string> {
	const request: SignableRequest = {
		authority: url.host,
		method,
		path: url.pathname,
		query: url.search.slice(1),
		timestamp: `${new Date(now).toISOString().slice(0, 19)}Z`,
		nonce: randomBytes(18).toString("base64url"),
		digest: digestOf(body),
	};
	return {
		[signerHeaders[signer.as]]: signer.name,
		[signatureHeaders.keyId]: signer.keyId,
		[signatureHeaders.timestamp]: request.timestamp,
		[signatureHeaders.nonce]: request.nonce,
		[signatureHeaders.digest]: request.digest,
		[signatureHeaders.signature]: signer.sign(Buffer.from(canonicalText(request))),
	};
}
