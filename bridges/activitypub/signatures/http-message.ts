/** A request as it arrived, before anything of it is believed. Header names in lower case, as node:http gives them. */
export interface SignedMessage {
	readonly method: string;
	/** Path and query exactly as received. */
	readonly path: string;
	readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
	readonly body: Buffer;
}

/** Why a signature does not count. Each is answered with 401, at once: senders that know two schemes then try the other. */
export type SignatureFault =
	/** There is no signature at all. */
	| "missing"
	/** It can't be read: syntax, base64, doubled parameters. */
	| "malformed"
	| "unsupported-algorithm"
	/** Something that must be signed is not, or what is signed is not there. */
	| "not-covered"
	| "digest-mismatch"
	/** It was made for another host. */
	| "wrong-host"
	/** Too old, expired, or from the future. */
	| "wrong-time"
	/** There is no such key, or it is not its owner's. */
	| "unknown-key"
	/** The key could not be fetched now. */
	| "key-unavailable"
	| "bad-signature";

export type Verification =
	| {
			readonly outcome: "verified";
			readonly keyId: string;
			readonly owner: string;
			readonly scheme: "cavage" | "rfc9421";
	  }
	| { readonly outcome: "failed"; readonly reason: SignatureFault; readonly keyId?: string };

export const failed = (reason: SignatureFault, keyId?: string): Verification =>
	keyId === undefined ? { outcome: "failed", reason } : { outcome: "failed", reason, keyId };

/** The value of a header as it enters a signature base: repeated ones joined, the ends trimmed. */
export function headerValue(message: SignedMessage, name: string): string | undefined {
	const value = Object.hasOwn(message.headers, name) ? message.headers[name] : undefined;
	if (value === undefined) return undefined;
	return typeof value === "string" ? value.trim() : value.map((part) => part.trim()).join(", ");
}

/** A request that may change something must prove its body. */
export const mustCoverBody = (method: string): boolean => method !== "GET" && method !== "HEAD";

/**
 * What must have been signed as `host`: always ourselves. The header as it came counts only in how it spells that (letter
 * case, https's own port written out); a proxy in front of us may have replaced it.
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
