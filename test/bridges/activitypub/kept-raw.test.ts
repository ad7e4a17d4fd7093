import test from "ava";
import { maxRawBytes } from "#bridge-kit";
import { keptRaw } from "../../../bridges/activitypub/kept-raw.ts";

const long = "x".repeat(900_000);
const like = {
	"@context": "https://www.w3.org/ns/activitystreams",
	id: "https://a.test/likes/1",
	type: "Like",
	actor: "https://a.test/bob",
	object: "https://b.test/notes/1",
	content: "🎉",
};
const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

test("an activity is kept whole up to the limit, whatever its members are", (t) => {
	const raw = { ...like, unknown: { deep: ["x".repeat(30_000)] } };
	t.is(keptRaw(raw), raw);
	const umlauts = { ...like, unknown: "ü".repeat(maxRawBytes / 2) };
	t.deepEqual(keptRaw(umlauts), like, "the limit is one of bytes");
});

test("a signature in the document and embedded collections are not kept, unless a proof covers them", (t) => {
	const replies = { id: "https://a.test/notes/1/replies", type: "Collection", first: { type: "CollectionPage" } };
	const note = { id: "https://a.test/notes/1", type: "Note", content: "Hi" };
	const create = { ...like, type: "Create", object: { ...note, replies, likes: { type: "Collection" } } };
	const signed = { ...create, signature: { type: "RsaSignature2017", signatureValue: "x" } };
	const { "@context": _, ...kept } = keptRaw(signed) as Record<string, unknown>;
	t.deepEqual(JSON.parse(JSON.stringify(kept)), {
		id: like.id,
		type: "Create",
		actor: like.actor,
		content: "🎉",
		object: { ...note, replies: replies.id },
	});
	const proven = { ...signed, proof: { type: "DataIntegrityProof" } };
	t.is(keptRaw(proven), proven);
	const embedded = { ...signed, object: { ...create.object, proof: { type: "DataIntegrityProof" } } };
	t.is(keptRaw(embedded), embedded);
});

test("beyond the limit only members that are understood are kept, at every depth", (t) => {
	t.deepEqual(keptRaw({ ...like, unknown: long, more: { long } }), like);
	const note = { id: "https://a.test/notes/1", type: "Note", contentMap: { de: "Hallo" }, tag: [{ type: "Mention" }] };
	const raw = { ...like, object: { ...note, _long: long, tag: [{ type: "Mention", _long: [long] }] } };
	t.deepEqual(keptRaw(raw), { ...like, object: note });
});

test("of what is too long even then, the id is kept", (t) => {
	for (const raw of [
		{ ...like, content: long },
		{ ...like, object: { type: "Note", tag: Array.from({ length: 9_000 }, () => ({ type: "Hashtag" })) } },
		{ ...like, "@context": [{ [long]: "https://a.test/" }] },
		{ ...like, object: { object: { object: { name: [long] } } } },
	])
		t.is(keptRaw(raw), like.id);
	const { id: _, ...nameless } = like;
	t.is(keptRaw({ ...nameless, content: long }, "https://a.test/bob#hash"), "https://a.test/bob#hash");
	t.true(size(keptRaw({ ...like, unknown: long })) <= maxRawBytes);
});
