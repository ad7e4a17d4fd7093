import { createHash, createPublicKey, type KeyObject, randomBytes, timingSafeEqual, verify } from "node:crypto";

/** The parts of a request that its signature covers (OFSCP R7 §4.4.2). */
export interface SignableRequest {
	/** `host[:port]` of the receiving provider, lower-case, without the scheme's default port. */
	readonly authority: string;
	readonly method: string;
	/** As in the request line, neither decoded nor normalised. */
	readonly path: string;
	/** As in the request line, without the `?`. */
	readonly query: string;
	readonly timestamp: string;
	readonly nonce: string;
	/** base64 of the body's SHA-256. */
	readonly digest: string;
}

/** The headers of a signature, except the one that names the signer. */
export const signatureHeaders = {
	keyId: "X-OFSCP-Key-ID",
	timestamp: "X-OFSCP-Timestamp",
	nonce: "X-OFSCP-Nonce",
	digest: "X-OFSCP-Content-Digest",
	signature: "X-OFSCP-Signature",
} as const;

/**
 * The header that names the signer: an account, or a provider (OFSCP R7 §4.4.1, §8.1).
 */
export const signerHeaders = { actor: "X-OFSCP-Actor", provider: "X-OFSCP-Provider" } as const;

/** The pairs of a query, not decoded, sorted by bytes. */
const sortedQuery = (query: string): string =>
	query
		.split("&")
		.filter((pair) => pair !== "")
		.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
		.join("&");

/** The seven lines that are signed (OFSCP R7 §4.4.2). */
export function canonicalText(request: SignableRequest): string {
	const { authority, method, path, query, timestamp, nonce, digest } = request;
	return [authority, method.toUpperCase(), path || "/", sortedQuery(query), timestamp, nonce, digest].join("\n");
}

/** base64 of the SHA-256 of a body's bytes. */
export const digestOf = (body: string | Uint8Array): string => createHash("sha256").update(body).digest("base64");

/** True if a digest is that of a body. */
export function isDigestOf(digest: string, body: Uint8Array): boolean {
	const own = Buffer.from(digestOf(body));
	const sent = Buffer.from(digest);
	return own.length === sent.length && timingSafeEqual(own, sent);
}

/** The DER prefix of an Ed25519 key in SPKI form, before its 32 bytes. */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");
const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * Parses a public Ed25519 key: base64 (or base64url) of the 32 raw bytes, or of their SPKI form.
 *
 * @returns base64 of the 32 raw bytes; `undefined` if the text is not such a key
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

/** base64 of exactly 64 bytes. */
const signatureShape = /^[A-Za-z0-9+/_-]{86}(?:==)?$/;

/**
 * True if the signature of a request was made with this key.
 *
 * @param publicKey base64 of the 32 raw bytes
 * @param signature base64
 */
export function isSignedBy(request: SignableRequest, publicKey: string, signature: string): boolean {
	// Node represents each byte of the request line and the headers as one character.
	const signed = Buffer.from(canonicalText(request), "latin1");
	return signatureShape.test(signature) && verify(null, signed, keyObject(publicKey), Buffer.from(signature, "base64"));
}

/** A signer of requests: its name in the header, and its key. */
export interface Signer {
	readonly as: keyof typeof signerHeaders;
	/** `handle@domain`, or the provider's domain. */
	readonly name: string;
	readonly keyId: string;
	/** A detached Ed25519 signature, base64. */
	sign(data: Uint8Array): string;
}

/** A request to be signed and sent. */
export interface OutgoingRequest {
	readonly method: string;
	readonly url: URL;
	readonly body?: string | Uint8Array;
}

/** The headers that sign a request (OFSCP R7 §4.4.1). @param now milliseconds since 1970 */
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
