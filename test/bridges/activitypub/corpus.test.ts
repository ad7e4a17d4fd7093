import test, { type ExecutionContext } from "ava";
import activityPub from "../../../bridges/activitypub/index.ts";
import { type Corpus, corpora, filled } from "../../support/corpus.ts";
import { createFakeHost } from "../../support/fake-host.ts";
import { signedPost, startPeer } from "../../support/fediverse-peer.ts";

/** A bridge to which one program's person speaks, and the names that its corpus uses. */
async function open(t: ExecutionContext, { actor }: Corpus) {
	const peer = await startPeer(t);
	const host = createFakeHost("http://localhost:8480");
	t.teardown(() => host.http.close());
	const bridge = activityPub.create({ enabled: true }, host);
	// Some programs use one id for several activities; what that means is the core's to say.
	host.receive = async (events) => {
		host.received.push(...events);
		return events.map(() => ({ status: "accepted" }));
	};
	const jane = host.person("jane");
	const place = host.channel(jane, "discoverable");
	const [memo, inChannel] = [host.say(jane, host.timeline(jane), "memo"), host.say(jane, place, "in the channel")];
	const { origin, domain } = host.about;
	const names = {
		ORIGIN: peer.origin,
		HOST: new URL(peer.origin).host,
		ACTOR: `${peer.origin}/u/bob`,
		DOMAIN: domain,
		JANE: `${origin}/users/${jane.id}`,
		JANE_ID: jane.id,
		MEMO: `${origin}/objects/${memo.id}`,
		MEMO_ID: memo.id,
		CHANNEL: `${origin}/channels/${place.channel.id}`,
		CHANNEL_ID: place.channel.id,
		CHANNEL_MEMO: `${origin}/objects/${inChannel.id}`,
		CHANNEL_MEMO_ID: inChannel.id,
	};
	const { publicKey: _, ...fields } = filled(actor ?? {}, names);
	const bob = peer.actor("bob", { followers: `${names.ACTOR}/followers`, ...fields });
	const post = (activity: object) =>
		bridge.handle(signedPost({ origin: host.about.origin, keyId: bob.keyId, body: JSON.stringify(activity) }));
	return { host, names, post };
}

for (const corpus of corpora) {
	test(`what ${corpus.software} sends is taken for what it means`, async (t) => {
		const { host, names, post } = await open(t, corpus);
		for (const { what, activity, means, says, why } of filled(corpus.entries, names)) {
			const before = host.received.length;
			const { status, body } = await post(activity);
			t.is(status, 202, `${what}: ${JSON.stringify(body)}`);
			const event = host.received[before];
			if (means === undefined) {
				t.is(event, undefined, what);
				t.regex(why ?? "", /^[A-Z].+\.$/, `${what} says why`);
				continue;
			}
			if (event === undefined) return t.fail(`${what} means nothing here`);
			t.like(event, means, what);
			if (says === undefined) continue;
			if (event.kind !== "message" && event.kind !== "edit") return t.fail(`${what} is no text`);
			t.is(host.text.fromHtml(event.content.text), says, what);
			if (event.kind === "message" && activity["published"] !== undefined)
				t.is(new Date(event.publishedAt ?? 0).getUTCFullYear(), 2026, what);
		}
	});
}

test("the corpus has what people do most from each of the programs", (t) => {
	t.is(corpora.length, 15);
	for (const { software, entries } of corpora) {
		const said = entries.map(({ means }) => means?.["kind"]);
		for (const kind of ["join", "message", "edit", "reaction", "unreaction", "removal", "leave"])
			t.true(said.includes(kind), `${software}: ${kind}`);
	}
});
