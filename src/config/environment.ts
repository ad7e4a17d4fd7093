import { parse } from "yaml";
import type { Problem } from "./error.ts";
import { type Key, nameOf, variableOf } from "./keys.ts";
import { renamedVariable } from "./renamed-keys.ts";

/** Variables with the prefix that set no key: the path of the configuration file, and the variables of the tests. */
const others = /^CAUSEWAY_(CONFIG$|LONG$|TEST_)/;

/** A key that the environment sets. */
export interface Override {
	readonly path: readonly string[];
	readonly variable: string;
	readonly value: unknown;
}

/**
 * Reads the keys that the environment sets. Any other variable with the prefix `CAUSEWAY_` is reported as a problem, since it is a typo.
 */
export function readEnvironment(
	env: Readonly<Record<string, string | undefined>>,
	keys: readonly Key[],
): { overrides: readonly Override[]; problems: readonly Problem[] } {
	const byVariable = new Map(keys.map((key) => [variableOf(key), key]));
	const overrides: Override[] = [];
	const problems: Problem[] = [];
	for (const [variable, value] of Object.entries(env)) {
		if (value === undefined || !variable.startsWith("CAUSEWAY_") || others.test(variable)) continue;
		const key = byVariable.get(variable);
		if (key === undefined) problems.push(unknownVariable(variable));
		else overrides.push({ path: key.path, variable, value: read(key, value) });
	}
	return { overrides, problems };
}

function unknownVariable(variable: string): Problem {
	const now = renamedVariable(variable);
	return now === undefined
		? {
				path: variable,
				expected: "the variable of a key, such as CAUSEWAY_PUBLIC_URL",
				found: "a variable that does not exist",
				source: "the environment",
			}
		: {
				path: variable,
				expected: `${now}, the new name of this variable`,
				found: "its old name",
				source: "the environment",
			};
}

function read(key: Key, value: string): unknown {
	switch (key.reading) {
		case "text":
			return value;
		case "list":
			return value
				.split(",")
				.map((item) => item.trim())
				.filter((item) => item !== "");
		case "scalar":
			return readScalar(value);
	}
}

/** Reads a YAML scalar. Any other value stays text, which the schema rejects with a suitable message. */
function readScalar(value: string): unknown {
	try {
		const scalar: unknown = parse(value);
		return scalar !== null && typeof scalar === "object" ? value : (scalar ?? value);
	} catch {
		return value;
	}
}

/** A copy of `file` with the overrides applied. A value where a section belongs is replaced by a section. */
export function withOverrides(file: unknown, overrides: readonly Override[]): unknown {
	if (overrides.length === 0) return file;
	const root: unknown = structuredClone(file);
	if (!isSection(root)) return root;
	for (const { path, value } of overrides) {
		let section = root;
		for (const part of path.slice(0, -1)) {
			const inner = Object.hasOwn(section, part) ? section[part] : undefined;
			section = isSection(inner) ? inner : (section[part] = {});
		}
		section[path.at(-1) ?? ""] = value;
	}
	return root;
}

/** True for a mapping of keys to values. */
export const isSection = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** The variable that set the value at `path`, if there is one. The variable of `federation.deny` also set `federation.deny.1`. */
export const variableThatSet = (path: string, overrides: readonly Override[]): string | undefined =>
	overrides.find((override) => `${path}.`.startsWith(`${nameOf(override)}.`))?.variable;
