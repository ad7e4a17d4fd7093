import { cleanText, cleanTextExpected, isCleanText } from "./clean-text.ts";
import { InvalidRequest } from "./errors.ts";

/** Limits for an untrusted JSON document (design §9 rule 5): levels of nesting, and values in all. */
export interface FieldLimits {
	readonly depth: number;
	readonly nodes: number;
}

/** A text was refused as JSON. `path` is a JSON pointer to the offending value. */
export class JsonRefused extends Error {
	readonly path: string;
	readonly expected: string;
	constructor(path: string, expected: string) {
		super(`${path === "" ? "the body" : path}: expected ${expected}`);
		this.name = "JsonRefused";
		this.path = path;
		this.expected = expected;
	}
}

/**
 * Parses the JSON of a client. Refuses text that is not JSON, that is nested too deeply or has too many values, and the keys
 * `__proto__` and `constructor`, with which a careless copy could be made to change every object.
 *
 * @throws {JsonRefused}
 * @throws {InvalidRequest} a text in it is not well-formed Unicode, or contains NUL
 */
export function parseJson(text: string, limits: FieldLimits): unknown {
	const value = parseWithin(text, limits);
	const field = mayBeUnclean(text) ? uncleanTextIn(value) : undefined;
	if (field !== undefined) throw new InvalidRequest([{ field, expected: cleanTextExpected }]);
	return value;
}

/** A JSON pointer to the first text or key in a value that is ill-formed Unicode or contains NUL. */
export function uncleanTextIn(value: unknown): string | undefined {
	for (const { path, text } of textsIn(value)) if (!isCleanText(text)) return cleanText(path).slice(0, 200);
	return undefined;
}

/**
 * Parses the JSON of another server, within the same limits. What is odd in its texts is replaced, because a server can't correct what
 * its people wrote.
 *
 * @throws {JsonRefused}
 */
export const parseRemoteJson = (text: string, limits: FieldLimits): unknown =>
	withCleanTexts(text, parseWithin(text, limits));

/** Replaces lone surrogates and NUL in the texts of a value that was parsed from `text`. */
export function withCleanTexts<T>(text: string, value: T): T {
	if (!mayBeUnclean(text)) return value;
	if (typeof value === "string") return cleanText(value) as T;
	for (const { text: found, isKey, holder, key } of textsIn(value)) {
		if (isCleanText(found)) continue;
		if (!isKey) holder[key] = cleanText(found);
		else {
			holder[cleanText(found)] = holder[key];
			delete holder[key];
		}
	}
	return value;
}

/** True if the text has an escaped NUL or surrogate; without one, everything that is parsed from it is clean. */
const mayBeUnclean = (text: string): boolean => /\\u(?:0000|d[89a-f])/i.test(text);

interface TextFound {
	readonly text: string;
	/** True for the key of an object; false for a value. */
	readonly isKey: boolean;
	/** A JSON pointer. */
	readonly path: string;
	readonly holder: Record<string, unknown>;
	readonly key: string;
}

/** Every text below a value, keys after what they hold. Walks without recursion, since an attacker chooses the depth. */
function* textsIn(root: unknown): Generator<TextFound> {
	const top = { "": root };
	const open: { readonly holder: Record<string, unknown>; readonly path: string }[] = [{ holder: top, path: "" }];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		const { path: above } = next;
		const holder = next.holder;
		const isList = Array.isArray(holder);
		for (const [key, value] of Object.entries(holder)) {
			const path = holder === top ? "" : `${above}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
			const where = { path, holder, key };
			if (typeof value === "string") yield { text: value, isKey: false, ...where };
			else if (typeof value === "object" && value !== null)
				open.push({ holder: value as Record<string, unknown>, path });
			if (!isList && holder !== top) yield { text: key, isKey: true, ...where };
		}
	}
}

function parseWithin(text: string, limits: FieldLimits): unknown {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new JsonRefused("", "valid JSON");
	}
	checkShape(value, limits);
	return value;
}

/** Walks without recursion, since an attacker chooses the depth. */
function checkShape(root: unknown, limits: FieldLimits): void {
	const open: { value: object; path: string; depth: number }[] = [];
	let nodes = 1;
	const see = (value: unknown, path: string, depth: number): void => {
		if (typeof value !== "object" || value === null) return;
		if (depth > limits.depth) throw new JsonRefused(path.slice(0, 200), `at most ${limits.depth} levels of nesting`);
		open.push({ value, path, depth });
	};
	see(root, "", 1);
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		const { value, path, depth } = next;
		const keys = Array.isArray(value) ? undefined : Object.keys(value);
		nodes += keys?.length ?? (value as unknown[]).length;
		if (nodes > limits.nodes) throw new JsonRefused("", `at most ${limits.nodes} values`);
		if (keys === undefined) {
			for (const [i, item] of (value as unknown[]).entries()) see(item, `${path}/${i}`, depth + 1);
			continue;
		}
		for (const key of keys) {
			if (key === "__proto__" || key === "constructor") throw new JsonRefused(`${path}/${key}`, "another key");
			see((value as Record<string, unknown>)[key], `${path}/${key}`, depth + 1);
		}
	}
}
