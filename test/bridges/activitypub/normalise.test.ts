import test from "ava";
import fc from "fast-check";
import { normalise } from "../../../bridges/activitypub/normalise.ts";
import { booleanOf, idOf, type Json, listOf, textOf, textOrMap, typeOf } from "../../../bridges/activitypub/reading.ts";
import { personOf } from "../../../bridges/activitypub/remote/person.ts";
import { createFakeHost } from "../../support/fake-host.ts";

const as2 = "https://www.w3.org/ns/activitystreams";
const unknown = "https://unknown.example/ns";

const normal = (document: Record<string, unknown>): Promise<Json> => normalise(JSON.stringify(document), document);

/** The ways to add a context that we don't know. */
const contexts = [
	[as2, unknown],
	[unknown, as2],
	unknown,
	[as2, unknown, { toot: "http://joinmastodon.org/ns#", sensitive: "as:sensitive", bridgeable: "fep:bridgeable" }],
	[as2, "http://unreachable.example:1/ns", unknown, { "@language": "de" }],
];

const names = ["name", "content", "summary", "bridgeable", "sensitive", "object", "to", "url", "contentMap", "x"];
const json = fc.letrec((tie) => ({
	value: fc.oneof(
		{ depthSize: "small" },
		fc.constantFrom("", "text", "https://x.example/A", true, false, null, 0, 1, 2.5),
		fc.array(tie("value"), { maxLength: 3 }),
		fc.record({ "@value": fc.constantFrom("text", true, false, 7) }),
		fc.record({ "@value": fc.constant("hallo"), "@language": fc.constant("de") }),
		fc.dictionary(fc.constantFrom(...names), tie("value"), { maxKeys: 4 }),
	),
})).value;

test("a document means the same with contexts that we don't know, at every depth and for every type of value", async (t) => {
	await fc.assert(
		fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), json), async (fields) => {
			const plain = await normal({ "@context": as2, id: "https://x.example/1", type: "Note", ...fields });
			for (const context of contexts) {
				const foreign = await normal({ "@context": context, id: "https://x.example/1", type: "Note", ...fields });
				t.deepEqual({ ...foreign, "@context": as2 }, plain);
			}
		}),
		{ numRuns: 60 },
	);
});

test("a context that we don't know inside a document changes nothing either", async (t) => {
	const object = { type: "Person", bridgeable: false, summary: { "@value": "hi" } };
	const outer = { "@context": as2, type: "Update", id: "https://x.example/1" };
	const known = await normal({ ...outer, object: { "@context": as2, ...object } });
	const foreign = await normal({ ...outer, object: { "@context": [as2, unknown], ...object } });
	t.deepEqual(textOf((foreign["object"] as Json)["summary"]), textOf((known["object"] as Json)["summary"]));
	t.is(booleanOf((foreign["object"] as Json)["bridgeable"]), false);
	t.is(booleanOf((known["object"] as Json)["bridgeable"]), false);
});

/** Spellings of a value that mean `false`. */
const falses = [false, [false], [[false]], "false", { "@value": false }, [{ "@value": "false" }], [null, false], 0];
/** What says nothing about consent, or gives it. */
const others = [true, [true], "true", null, [], undefined, {}];

test("consent is refused by every spelling of false, with and without contexts that we don't know", async (t) => {
	const host = createFakeHost("https://here.example");
	t.teardown(() => host.http.close());
	const bridgeable = async (fields: Json) => {
		const actor = { id: "https://x.example/u", type: "Person", inbox: "https://x.example/u/inbox", ...fields };
		return personOf(host, await normal(actor), { handle: "u" })?.bridgeable;
	};
	for (const context of [as2, ...contexts]) {
		for (const value of falses) {
			const message = JSON.stringify([context, value]);
			t.is(await bridgeable({ "@context": context, bridgeable: value }), false, message);
			t.is(await bridgeable({ "@context": context, "_:bridgeable": value }), false, message);
			t.is(await bridgeable({ "@context": context, "https://w3id.org/fep/0036#bridgeable": value }), false, message);
		}
		for (const value of others) t.is(await bridgeable({ "@context": context, bridgeable: value }), true);
		t.is(await bridgeable({ "@context": context, summary: ["<p>#NoBridge</p>"] }), false);
		t.is(await bridgeable({ "@context": context, "as:summary": { "@value": "#nobridge" } }), false);
		t.is(await bridgeable({ "@context": context, summaryMap: { de: "#nobridge" } }), false);
	}
});

/** One Note, in the spellings that JSON-LD allows. */
const spellings: readonly Record<string, unknown>[] = [
	{ "@context": as2, id: "https://x.example/1", type: "Note", content: "hi", name: "n" },
	{ "@context": as2, "@id": "https://x.example/1", "@type": "Note", "as:content": "hi", "as:name": "n" },
	{ "@context": as2, id: "https://x.example/1", type: "as:Note", content: { "@value": "hi" }, name: [["n"]] },
	{ "@id": "https://x.example/1", "@type": [`${as2}#Note`], [`${as2}#content`]: [{ "@value": "hi" }], name: "n" },
	{
		"@context": [as2, { text: "as:content", titel: { "@id": `${as2}#name` }, kennung: "@id", art: "@type" }],
		kennung: "https://x.example/1",
		art: "Note",
		text: "hi",
		titel: "n",
	},
	{ "@context": as2, id: "https://x.example/1", type: "Note", contentMap: { "@none": "hi" }, name: "n" },
	{ "@context": as2, id: ["https://x.example/1"], type: ["Note"], contentMap: { en: "hi" }, nameMap: { en: ["n"] } },
];

test("prefixes, IRIs, aliases and wrapped values are read as the names of AS2, however deep they are", async (t) => {
	for (const spelling of spellings) {
		const { "@context": context = as2, ...rest } = spelling;
		for (const added of [[], [unknown]]) {
			const all = [...listOf(context), ...added];
			for (const depth of [0, 1, 2]) {
				let document: Record<string, unknown> = { "@context": all, ...rest };
				for (let n = 0; n < depth; n++)
					document = { "@context": all, type: "Create", object: n === 0 ? rest : document["object"] };
				let note: Json = await normal(document);
				for (let n = 0; n < Math.min(depth, 1); n++) note = listOf(note["object"])[0] as Json;
				const message = JSON.stringify(document);
				t.is(idOf(note), "https://x.example/1", message);
				t.is(typeOf(note), "Note", message);
				t.is(textOrMap(note, "content"), "hi", message);
				t.is(textOrMap(note, "name"), "n", message);
			}
		}
	}
});

test("a document that is no JSON-LD, or is too large for a processor, is read by its names", async (t) => {
	const broken = { "@context": [unknown, 7], type: "Like" };
	t.is(await normal(broken), broken);
	const flood = {
		"@context": Array.from({ length: 2000 }, () => unknown),
		"@type": "Like",
		"as:object": { "@id": "x:1" },
	};
	t.is(typeOf(await normal(flood)), "Like");
	t.is(idOf((await normal(flood))["object"]), "x:1");
	const hostile = JSON.parse('{"as:__proto__": {"polluted": true}, "as:constructor": 1}') as Json;
	t.deepEqual(Object.keys(await normal({ ...hostile })), []);
	t.is(({} as Record<string, unknown>)["polluted"], undefined);
});

test("a plain name wins over other spellings of the same property", async (t) => {
	const both = { "@context": [as2, unknown], content: "plain", "as:content": "prefixed", "ex:content": "extension" };
	t.is(textOf((await normal(both))["content"]), "plain");
	const { content: _, ...prefixed } = both;
	t.is(textOf((await normal(prefixed))["content"]), "prefixed");
});
