import type { z } from "zod";
import { isSection } from "./environment.ts";
import type { Problem } from "./error.ts";
import { type Key, nameOf } from "./keys.ts";
import { movedKey } from "./moved.ts";

/** Says what zod found wrong in `input` in the words of whoever wrote it. */
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
		const now = movedKey(name);
		if (now !== undefined) return { path: name, expected: `${now}, as this key is called now`, found: "its old name" };
		// A key that another kind of the same section has: `url` beside `kind: sqlite`.
		if (known.includes(key) && isSection(found))
			return { path: name, expected: `no such key beside kind ${show(found.kind)}`, found: show(at(found, [key])) };
		return { path: name, expected: `one of the keys ${known.join(", ")}`, found: "a key that does not exist" };
	});
}

function at(value: unknown, path: readonly string[]): unknown {
	let current = value;
	for (const part of path)
		current = typeof current === "object" && current !== null ? Reflect.get(current, part) : undefined;
	return current;
}

/** A short rendering of a value, without the password that a URL may carry. */
function show(value: unknown): string {
	if (value === undefined) return "nothing";
	const json = JSON.stringify(value).replace(/\/\/[^@/\s"]*@/g, "//…@");
	return json.length > 80 ? `${json.slice(0, 79)}…` : json;
}
