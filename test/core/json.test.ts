import test from "ava";
import { InvalidRequest } from "#core/errors.ts";
import { JsonRefused, parseJson, parseRemoteJson, withCleanTexts } from "#core/json.ts";

const limits = { depth: 8, nodes: 100 };
/** Escapes of a lone surrogate or of NUL, as they can be written in JSON. */
const unclean = ["\\ud800", "\\uDFFF", "\\udc00\\ud800", "x\\uD83Dx", "\\u0000", "a\\u0000b", "\\\\\\u0000"];

/** Documents with a text at various places, and the pointers to it. */
const places: readonly (readonly [(text: string) => string, string])[] = [
	[(text) => `"${text}"`, ""],
	[(text) => `{"a":"${text}"}`, "/a"],
	[(text) => `{"a":{"b":["x",{"c~/d":"${text}"}]}}`, "/a/b/1/c~0~1d"],
	[(text) => `[["x"],["${text}"]]`, "/1/0"],
];

test("a client's text with a lone surrogate or NUL is rejected and named, wherever it stands", (t) => {
	for (const text of unclean) {
		for (const [document, field] of places) {
			const error = t.throws(() => parseJson(document(text), limits), { instanceOf: InvalidRequest });
			t.deepEqual(error?.extra.errors, [{ field, expected: "well-formed Unicode without NUL" }]);
		}
		t.throws(() => parseJson(`{"${text}":1}`, limits), { instanceOf: InvalidRequest });
	}
});

test("the same text of another server is replaced, keys included", (t) => {
	t.deepEqual(parseRemoteJson('{"a":"x\\ud800","b":{"c\\u0000":["\\u0000",1,null]}}', limits), {
		a: "x\ufffd",
		b: { "c\ufffd": ["\ufffd", 1, null] },
	});
	for (const text of unclean) {
		for (const [document] of places) {
			const parsed = JSON.stringify(parseRemoteJson(document(text), limits));
			t.false(/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(parsed), parsed);
		}
	}
});

test("a text that only looks like an escape, and pairs of surrogates, stay as they are", (t) => {
	for (const value of ["\\u0000", "\\ud800", "🦉", "\u202e\u200b\u0001"]) {
		for (const text of [JSON.stringify({ value }), JSON.stringify({ value }).replace("🦉", "\\ud83e\\udd89")]) {
			t.deepEqual(parseJson(text, limits), { value });
			t.deepEqual(parseRemoteJson(text, limits), { value });
		}
	}
});

test("very deep documents are cleaned, too", (t) => {
	const text = `${'{"a":['.repeat(20_000)}"\\ud800"${"]}".repeat(20_000)}`;
	let value: unknown = withCleanTexts(text, JSON.parse(text));
	while (typeof value === "object") value = Object.values(value as object)[0];
	t.is(value, "\ufffd");
});

test("limits and forbidden keys are the same for clients and for other servers", (t) => {
	for (const parse of [parseJson, parseRemoteJson])
		for (const text of ["{", '{"__proto__":{}}', '{"a":{"constructor":1}}', "[".repeat(9) + "]".repeat(9)])
			t.throws(() => parse(text, limits), { instanceOf: JsonRefused });
});
