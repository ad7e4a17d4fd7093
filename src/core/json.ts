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
 * Parses untrusted JSON. Refuses text that is not JSON, that is nested too deeply or has too many values, and the keys
 * `__proto__` and `constructor`, with which a careless copy could be made to change every object.
 *
 * @throws {JsonRefused}
 */
export function parseJson(text: string, limits: FieldLimits): unknown {
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
