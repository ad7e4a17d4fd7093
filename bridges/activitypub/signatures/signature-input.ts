import { decodeBase64 } from "./base64.ts";

/** The first signature of a `Signature-Input` and `Signature` pair (RFC 9421 §4), parsed. */
export interface SignatureInput {
	/** Header names in lower case and derived components (`@method` …), in order. */
	readonly covered: readonly string[];
	/** The component list and its parameters as they were sent: the last line of the signature base. */
	readonly params: string;
	readonly keyId: string;
	readonly algorithm: string | undefined;
	/** Seconds since 1970. */
	readonly created: number | undefined;
	readonly expires: number | undefined;
	readonly signature: Buffer;
}

const MAX_HEADER_CHARS = 8192;
const MAX_COVERED = 32;

// Sticky, and each begins with a character that the one before can't match, so the input is read in one pass.
const LABEL = /[ \t]*([a-z*][a-z0-9_.*-]*)=/y;
const COMPONENT = / ?"([a-z0-9@_-]{1,64})"/y;
const PARAMETER = /;[ ]*([a-z*][a-z0-9_.*-]*)=(?:"([^"\\]*)"|([0-9]{1,15}))/y;
const MEMBER_END = /[ \t]*(,|$)/y;
const BYTES = /:([A-Za-z0-9+/]*={0,2}):/y;

/**
 * Parses the pair. Signers in the fediverse send one signature whose components have no parameters of their own; the first one is
 * used, and anything unusual in it makes the pair malformed: `undefined`.
 */
export function parseSignatureInput(input: string, signatures: string): SignatureInput | undefined {
	if (input.length > MAX_HEADER_CHARS || signatures.length > MAX_HEADER_CHARS) return undefined;
	const reader = createReader(input);
	const label = reader.take(LABEL)?.[1];
	const start = reader.position();
	const covered = takeComponents(reader);
	const parameters = takeParameters(reader);
	const params = input.slice(start, reader.position());
	if (label === undefined || covered === undefined || parameters === undefined || !reader.take(MEMBER_END))
		return undefined;
	const keyId = parameters.get("keyid");
	const signature = findSignature(signatures, label);
	if (!keyId || signature === undefined) return undefined;
	const created = seconds(parameters.get("created"));
	const expires = seconds(parameters.get("expires"));
	return { covered, params, keyId, algorithm: parameters.get("alg"), created, expires, signature };
}

function takeComponents(reader: Reader): string[] | undefined {
	const covered: string[] = [];
	if (!reader.takeText("(")) return undefined;
	for (let match = reader.take(COMPONENT); match !== null; match = reader.take(COMPONENT)) covered.push(match[1] ?? "");
	if (!reader.takeText(")") || covered.length > MAX_COVERED) return undefined;
	return new Set(covered).size === covered.length ? covered : undefined;
}

function takeParameters(reader: Reader): Map<string, string> | undefined {
	const parameters = new Map<string, string>();
	for (let match = reader.take(PARAMETER); match !== null; match = reader.take(PARAMETER)) {
		const name = match[1] ?? "";
		if (parameters.has(name)) return undefined;
		parameters.set(name, match[2] ?? match[3] ?? "");
	}
	return parameters;
}

function findSignature(header: string, wanted: string): Buffer | undefined {
	const reader = createReader(header);
	for (;;) {
		const label = reader.take(LABEL)?.[1];
		const bytes = reader.take(BYTES)?.[1];
		const end = reader.take(MEMBER_END);
		if (label === undefined || bytes === undefined || end === null) return undefined;
		if (label === wanted) return decodeBase64(bytes);
		if (end[1] !== ",") return undefined;
	}
}

interface Reader {
	position(): number;
	take(pattern: RegExp): RegExpExecArray | null;
	takeText(text: string): boolean;
}

function createReader(text: string): Reader {
	let position = 0;
	return {
		position: () => position,
		take(pattern) {
			pattern.lastIndex = position;
			const match = pattern.exec(text);
			if (match !== null) position = pattern.lastIndex;
			return match;
		},
		takeText(wanted) {
			const found = text.startsWith(wanted, position);
			if (found) position += wanted.length;
			return found;
		},
	};
}

/** Text that is not a number becomes a time that is never valid. */
function seconds(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	return /^[0-9]{1,11}$/.test(text) ? Number(text) : Number.NaN;
}
