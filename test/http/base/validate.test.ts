import test from "ava";
import { z } from "zod";
import { InvalidRequest } from "#core/errors.ts";
import { validate } from "../../../src/http/base/validate.ts";
import { newMessage } from "../../../src/http/ofscp/message-schemas.ts";

/** The validation errors of a value: field and expectation in one line each. */
function faults(schema: z.ZodType, value: unknown, where: "/" | "" = "/"): readonly string[] {
	try {
		validate(schema, value, where);
		return [];
	} catch (error) {
		if (!(error instanceof InvalidRequest)) throw error;
		return (error.extra.errors as { field: string; expected: string }[]).map((it) => `${it.field} ${it.expected}`);
	}
}

test("limits are reported with their unit", (t) => {
	const schema = z.object({ name: z.string().min(1).max(2), tags: z.array(z.int().max(3)).min(2).max(5) });
	t.deepEqual(faults(schema, { name: "", tags: [1] }), ["/name at least 1 character", "/tags at least 2 items"]);
	const tags = [1, 1, 1, 1, 1, 1];
	t.deepEqual(faults(schema, { name: "abc", tags }), ["/name at most 2 characters", "/tags at most 5 items"]);
	t.deepEqual(faults(schema, { name: "a", tags: [1, 9] }), ["/tags/1 at most 3"]);
});

test("for a union without its own message, the error of the closest alternative is reported", (t) => {
	const memo = { type: "memo", content: { text: "x" } };
	t.deepEqual(faults(newMessage, { ...memo, metadata: [{ schema: "x", data: 1 }] }), [
		"/metadata/0/schema a valid url",
	]);
	t.deepEqual(faults(newMessage, { ...memo, metadata: "x" }), ["/metadata an array"]);
	t.deepEqual(faults(newMessage, { ...memo, metadata: {} }), []);
	t.deepEqual(faults(newMessage, { ...memo, reference: 7 }), ["/reference the id of a message, or {type, id}"]);
	t.deepEqual(faults(newMessage, { type: "poem" }), ["/type one of memo, article, message, reaction"]);
});

test("zod's default messages are never reported", (t) => {
	for (const value of [7, "x", [7], { a: 7 }, null])
		for (const fault of faults(z.union([z.array(z.string()), z.strictObject({ b: z.string() })]), value))
			t.notRegex(fault, /Invalid input/);
});
