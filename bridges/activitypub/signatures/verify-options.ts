import type { ResolveKey } from "./check-key.ts";

export interface VerifyOptions {
	/** The origin that we are published under: `https://example.com`. Signatures are verified against it, not against what a proxy made of the request. */
	readonly origin: string;
	readonly resolveKey: ResolveKey;
	/** Milliseconds since 1970. */
	readonly now: number;
}
/** `host[:port]` of an origin. */
export const authorityOf = (origin: string): string => origin.slice(origin.indexOf("://") + 3);
