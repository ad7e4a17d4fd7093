/** A request as it arrived, before anything in it is trusted. Header names are in lower case, as node:http gives them. */
export interface SignedMessage {
	readonly method: string;
	/** Path and query exactly as received. */
	readonly path: string;
	readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
	readonly body: Buffer;
}

/**
 * Why a signature is not accepted. Each but `key-unavailable` is answered 401 at once, upon which senders that support two schemes try the
 * other.
 */
export type SignatureFault =
	/** There is no signature at all. */
	| "missing"
	/** It can't be parsed: syntax, base64, duplicate parameters. */
	| "malformed"
	| "unsupported-algorithm"
	/** A required component is not signed, or a signed one is missing. */
	| "not-covered"
	| "digest-mismatch"
	/** It was made for another host. */
	| "wrong-host"
	/** Too old, expired, or from the future. */
	| "wrong-time"
	/** There is no such key, or its owner does not name it. */
	| "unknown-key"
	/** The key could not be fetched now: 503, since most senders take a 4xx as final (design §12). */
	| "key-unavailable"
	| "bad-signature";

export type Verification =
	| {
			readonly outcome: "verified";
			readonly keyId: string;
			readonly owner: string;
			readonly scheme: "cavage" | "rfc9421";
			/** Whether the owner is the actor of a whole server. */
			readonly isOfServer?: true;
	  }
	| { readonly outcome: "failed"; readonly reason: SignatureFault; readonly keyId?: string };

export const failed = (reason: SignatureFault, keyId?: string): Verification =>
	keyId === undefined ? { outcome: "failed", reason } : { outcome: "failed", reason, keyId };

/** The value of a header for a signature base: repeated headers joined, white space trimmed. */
export function headerValue(message: SignedMessage, name: string): string | undefined {
	const value = Object.hasOwn(message.headers, name) ? message.headers[name] : undefined;
	if (value === undefined) return undefined;
	return typeof value === "string" ? value.trim() : value.map((part) => part.trim()).join(", ");
}

/** Whether a request with this method must sign a digest of its body. */
export const mustCoverBody = (method: string): boolean => method !== "GET" && method !== "HEAD";

/**
 * The value that must have been signed as `host`: always our own. The header is used only for its spelling (letter case, an
 * explicit port 443), since a proxy in front of us may have replaced it.
 */
export function hostAsSigned(
	message: SignedMessage,
	authority: string,
): { readonly value: string; readonly isOurs: boolean } {
	const received = headerValue(message, "host");
	const lower = received?.toLowerCase();
	const isOurs = lower === authority || lower === `${authority}:443`;
	return { value: isOurs && received !== undefined ? received : authority, isOurs };
}
