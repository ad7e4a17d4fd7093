import type { ZodType, z } from "zod";
import { type FieldError, InvalidRequest } from "#core/errors.ts";

/**
 * Validates untrusted input against its schema.
 *
 * @param where prefix of the path of each invalid field: `/` for JSON pointers, empty for parameter names
 * @throws {InvalidRequest} naming each invalid field and what was expected
 */
export function validate<T>(schema: ZodType<T>, value: unknown, where: "/" | ""): T {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw new InvalidRequest(parsed.error.issues.flatMap((issue) => faultsOf(issue, where)).slice(0, 20));
}

function faultsOf(reported: z.core.$ZodIssue, where: "/" | ""): readonly FieldError[] {
	const issue = closest(reported);
	if (issue.code === "unrecognized_keys")
		return issue.keys.map((key) => ({
			field: `${where}${pathOf([...issue.path, key])}`,
			expected: "no member of this name, which this provider doesn't know",
		}));
	return [{ field: `${where}${pathOf(issue.path)}`, expected: expectedBy(issue) }];
}

const pathOf = (parts: readonly PropertyKey[]): string =>
	parts.map((part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1")).join("/");

/** For a union without its own message: the issue of the closest alternative, which is the one that fails deepest. */
function closest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
	if (issue.code !== "invalid_union" || issue.message !== "Invalid input") return issue;
	const [deepest] = issue.errors.flat().toSorted((a, b) => b.path.length - a.path.length);
	return deepest === undefined ? issue : closest({ ...deepest, path: [...issue.path, ...deepest.path] });
}

/** Describes what a check expected. Our own checks do so in their message. */
function expectedBy(issue: z.core.$ZodIssue): string {
	switch (issue.code) {
		case "invalid_type":
			return /^[aeiou]/.test(issue.expected) ? `an ${issue.expected}` : `a ${issue.expected}`;
		case "invalid_value":
			return `one of ${issue.values.map(String).join(", ")}`;
		case "too_small":
			return `at least ${counted(issue.minimum, issue.origin)}`;
		case "too_big":
			return `at most ${counted(issue.maximum, issue.origin)}`;
		case "invalid_format":
			return issue.message.startsWith("Invalid") ? `a valid ${issue.format}` : issue.message;
		default:
			return issue.message;
	}
}

const units: Readonly<Record<string, string>> = { string: "character", array: "item", object: "member" };

/** `1 character`, `5 items`, `7` */
function counted(limit: number | bigint, origin: string): string {
	const unit = units[origin];
	return unit === undefined ? String(limit) : `${limit} ${unit}${limit === 1 ? "" : "s"}`;
}
