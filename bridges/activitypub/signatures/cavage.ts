import { decodeBase64 } from "./base64.ts";

/** A `Signature` header of draft-cavage-http-signatures-12, parsed. */
export interface CavageSignature {
	readonly keyId: string;
	/** Lower case; absent when the header names none. */
	readonly algorithm: string | undefined;
	/** What was signed, in order: lower-case header names, `(request-target)`, `(created)`, `(expires)`. */
	readonly covered: readonly string[];
	readonly signature: Buffer;
	/** Seconds since 1970. */
	readonly created: number | undefined;
	readonly expires: number | undefined;
}

const MAX_HEADER_CHARS = 8192;
const MAX_COVERED = 32;
/** One parameter, quoted or a number, and its terminator. Sticky, so that every character is read once. */
const PARAMETER = /[ \t]*([A-Za-z]+)=(?:"([^"]*)"|([0-9]{1,15}))[ \t]*(,|$)/y;

/**
 * Parses a `Signature` header. Unknown parameters are ignored (§2.2 of the draft); a duplicate, missing or malformed one makes the
 * whole header malformed: `undefined`.
 */
export function parseSignature(header: string): CavageSignature | undefined {
	const parameters = parseParameters(header);
	if (parameters === undefined) return undefined;
	const keyId = parameters.get("keyId");
	const signature = decodeBase64(parameters.get("signature") ?? "");
	const covered = (parameters.get("headers") ?? "date").toLowerCase().split(" ");
	if (!keyId || signature === undefined || covered.length > MAX_COVERED) return undefined;
	if (new Set(covered).size !== covered.length || covered.includes("")) return undefined;
	const created = seconds(parameters.get("created"));
	const expires = seconds(parameters.get("expires"));
	if (Number.isNaN(created) || Number.isNaN(expires)) return undefined;
	return { keyId, algorithm: parameters.get("algorithm")?.toLowerCase(), covered, signature, created, expires };
}

function parseParameters(header: string): Map<string, string> | undefined {
	if (header.length > MAX_HEADER_CHARS) return undefined;
	const parameters = new Map<string, string>();
	PARAMETER.lastIndex = 0;
	for (;;) {
		const match = PARAMETER.exec(header);
		if (match === null) return undefined;
		const name = match[1] ?? "";
		if (parameters.has(name)) return undefined;
		parameters.set(name, match[2] ?? match[3] ?? "");
		if (match[4] !== ",") return parameters;
	}
}

function seconds(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	return /^[0-9]{1,11}$/.test(text) ? Number(text) : Number.NaN;
}
