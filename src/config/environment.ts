import { parse } from "yaml";
import type { Problem } from "./error.ts";
import { type Key, nameOf, variableOf } from "./keys.ts";
import { movedVariable } from "./moved.ts";

/** Variables with our prefix that name no key: where the file is, and what belongs to the test suites. */
const others = /^CAUSEWAY_(CONFIG$|LONG$|TEST_)/;

export interface Override {
	readonly path: readonly string[];
	readonly variable: string;
	readonly value: unknown;
}

/** The keys that the environment sets; a variable with our prefix that names no key is a {@link Problem}, since it is a typo. */
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
	const now = movedVariable(variable);
	return now === undefined
		? {
				path: variable,
				expected: "a variable that names a key, such as CAUSEWAY_PUBLIC_URL",
				found: "one that names none",
				source: "the environment",
			}
		: {
				path: variable,
				expected: `${now}, as this variable is called now`,
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

/** What is no scalar in YAML stays text: the schema then says what is wrong with it. */
function readScalar(value: string): unknown {
	try {
		const scalar: unknown = parse(value);
		return scalar !== null && typeof scalar === "object" ? value : (scalar ?? value);
	} catch {
		return value;
	}
}

/** Puts each override where it belongs into a copy of `file`; what stands in a section's place and is none gives way. */
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

export const isSection = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** The variable that set what is at `path`, if one did; `federation.deny.1` is part of `federation.deny`. */
export const variableThatSet = (path: string, overrides: readonly Override[]): string | undefined =>
	overrides.find((override) => `${path}.`.startsWith(`${nameOf(override)}.`))?.variable;
