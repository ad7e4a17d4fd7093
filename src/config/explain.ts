import type { z } from "zod";
import { isSection } from "./environment.ts";
import type { Problem } from "./error.ts";
import { type Key, nameOf } from "./keys.ts";
import { renamedKey } from "./renamed-keys.ts";

/** Describes an issue that zod found in `input` by the keys and values of the configuration. */
export function explain(issue: z.core.$ZodIssue, input: unknown, keys: readonly Key[]): readonly Problem[] {
	const path = issue.path.map(String);
	const found = at(input, path);
	if (issue.code !== "unrecognized_keys")
		return [{ path: path.join(".") || "the configuration", expected: issue.message, found: show(found) }];
	const known = [
		...new Set(
			keys
				.filter((key) => path.every((part, index) => key.path[index] === part))
				.map((key) => key.path[path.length] ?? ""),
		),
	];
	return issue.keys.map((key) => {
		const name = nameOf({ path: [...path, key] });
		const now = renamedKey(name);
		if (now !== undefined) return { path: name, expected: `${now}, the new name of this key`, found: "its old name" };
		// A key of another kind of the section, such as `url` with `kind: sqlite`.
		if (known.includes(key) && isSection(found))
			return { path: name, expected: `no such key with kind ${show(found.kind)}`, found: show(at(found, [key])) };
		return { path: name, expected: `one of the keys ${known.join(", ")}`, found: "a key that does not exist" };
	});
}

function at(value: unknown, path: readonly string[]): unknown {
	let current = value;
	for (const part of path)
		current = typeof current === "object" && current !== null ? Reflect.get(current, part) : undefined;
	return current;
}

/** A short rendering of a value, without the passwords of URLs. */
function show(value: unknown): string {
	if (value === undefined) return "nothing";
	const json = JSON.stringify(value).replace(/\/\/[^@/\s"]*@/g, "//…@");
	return json.length > 80 ? `${json.slice(0, 79)}…` : json;
}
