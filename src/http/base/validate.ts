import type { ZodType, z } from "zod";
import { type FieldError, InvalidRequest } from "#core/errors.ts";

/**
 * Checks what came from outside against its schema.
 *
 * @param where put before the path of each wrong field: `/` for JSON pointers, nothing for names of parameters
 * @throws {InvalidRequest} which field, and what was expected there
 */
export function validate<T>(schema: ZodType<T>, value: unknown, where: "/" | ""): T {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw new InvalidRequest(parsed.error.issues.slice(0, 20).map((issue) => faultOf(issue, where)));
}

function faultOf(issue: z.core.$ZodIssue, where: "/" | ""): FieldError {
	const path = issue.path.map((part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
	return { field: `${where}${path}`, expected: expectedBy(issue) };
}

/** What a check wanted, in words. Checks of our own say it in their message. */
function expectedBy(issue: z.core.$ZodIssue): string {
	switch (issue.code) {
		case "invalid_type":
			return /^[aeiou]/.test(issue.expected) ? `an ${issue.expected}` : `a ${issue.expected}`;
		case "invalid_value":
			return `one of ${issue.values.map(String).join(", ")}`;
		case "too_small":
			return `at least ${issue.minimum}${unitOf(issue.origin)}`;
		case "too_big":
			return `at most ${issue.maximum}${unitOf(issue.origin)}`;
		case "invalid_format":
			return issue.message.startsWith("Invalid") ? `a valid ${issue.format}` : issue.message;
		default:
			return issue.message;
	}
}

const unitOf = (origin: string): string => (origin === "string" ? " characters" : origin === "array" ? " items" : "");
