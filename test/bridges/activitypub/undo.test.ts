import test, { type ExecutionContext } from "ava";
import activityPub from "../../../bridges/activitypub/index.ts";
import { createFakeHost } from "../../support/fake-host.ts";
import { signedPost, startPeer } from "../../support/fediverse-peer.ts";

async function open(t: ExecutionContext) {
	const peer = await startPeer(t);
	const host = createFakeHost("http://localhost:8480");
	t.teardown(() => host.http.close());
	const bridge = activityPub.create({ enabled: true }, host);
	const jane = host.person("jane");
	const memo = host.say(jane, host.timeline(jane), "memo");
	const bob = peer.actor("bob");
	let count = 0;
	const id = () => `${peer.origin}/activities/${++count}`;
	const { origin } = host.about;
	/** Resolves with the event that the activity became. */
	async function send(activity: Record<string, unknown>, by = bob) {
		const before = host.received.length;
		const body = { "@context": "https://www.w3.org/ns/activitystreams", id: id(), actor: by.id, ...activity };
		const { status } = await bridge.handle(signedPost({ origin, keyId: by.keyId, body }));
		t.is(status, 202, JSON.stringify(activity));
		return host.received[before];
	}
	return { peer, host, jane, bob, id, send, us: `${origin}/users/${jane.id}`, object: `${origin}/objects/${memo.id}` };
}

/** The ways in which servers name the activity that they undo. */
const spellings = {
	"its id": ({ id }) => id,
	"its id in a list": ({ id }) => [id],
	"an object with its id": ({ id }) => ({ id }),
	"an object with its id and type": ({ id, type }) => ({ id, type }),
	"an object with its id and several types": ({ id, type }) => ({ id, type: ["x:Other", type] }),
	"all of it": (activity) => activity,
} as const satisfies Readonly<Record<string, (activity: { id: string; type: string }) => unknown>>;

for (const [how, name] of Object.entries(spellings)) {
	test(`an undo that names a block by ${how} ends this block`, async (t) => {
		const { jane, id, send, us, bob } = await open(t);
		const block = { id: id(), type: "Block", actor: bob.id, object: us };
		await send(block);
		const target = { kind: "account", account: jane.id };
		t.like(await send({ type: "Undo", object: name(block) }), { kind: "unblock", target });
		t.like(await send({ type: "Undo", object: name(block) }), { kind: "unblock", target }, "once more");
	});

	test(`an undo that names a follow by ${how} ends this follow, not a block of the same account`, async (t) => {
		const { jane, id, send, us, bob } = await open(t);
		const follow = { id: id(), type: "Follow", actor: bob.id, object: us };
		await send({ type: "Block", object: us });
		await send(follow);
		const target = { kind: "account", account: jane.id };
		t.like(await send({ type: "Undo", object: name(follow) }), { kind: "leave", target, joined: follow.id });
	});
}

test("a block of several of ours is undone for the one that the id names", async (t) => {
	const { host, id, send, us, jane } = await open(t);
	const kim = host.person("kim");
	const [first, second] = [id(), id()];
	await send({ id: first, type: "Block", object: us });
	await send({ id: second, type: "Block", object: `${host.about.origin}/users/${kim.id}` });
	t.like(await send({ type: "Undo", object: second }), { kind: "unblock", target: { account: kim.id } });
	t.like(await send({ type: "Undo", object: first }), { kind: "unblock", target: { account: jane.id } });
});

test("an id that is used again names the newest of a person's follows and blocks", async (t) => {
	const { id, send, us } = await open(t);
	const reused = id();
	await send({ id: reused, type: "Follow", object: us });
	await send({ id: reused, type: "Block", object: us });
	t.like(await send({ type: "Undo", object: reused }), { kind: "unblock" });
	await send({ id: reused, type: "Follow", object: us });
	t.like(await send({ type: "Undo", object: reused }), { kind: "leave", joined: reused });
});

test("an id that an activity without effect has used again undoes nothing by itself, until a follow or block uses it", async (t) => {
	for (const type of ["Announce", "Dislike", "Flag", "Add", "Move", "Invite", "x:Unknown"])
		for (const done of ["Follow", "Block"]) {
			const { id, send, us, object, host } = await open(t);
			const kim = host.person("kim");
			const [reused, other] = [id(), id()];
			const result = done === "Follow" ? "leave" : "unblock";
			await send({ id: other, type: done, object: `${host.about.origin}/users/${kim.id}` });
			await send({ id: reused, type: done, object: us });
			await send({ id: reused, type, object });
			for (const undone of [reused, [reused], { id: reused }])
				t.is(await send({ type: "Undo", object: undone }), undefined, `${type} after ${done}`);
			t.is((await send({ type: "Undo", object: other }))?.kind, result, "another id");
			await send({ id: reused, type: done, object: us });
			t.is((await send({ type: "Undo", object: reused }))?.kind, result, `${done} after ${type}`);
		}
});

test("an id that a reaction has used again names the reaction", async (t) => {
	for (const type of ["Like", "EmojiReact", "EmojiReaction"])
		for (const done of ["Follow", "Block", "Announce"]) {
			const { id, send, us, object } = await open(t);
			const reused = id();
			await send({ id: reused, type: "Follow", object: us });
			await send({ id: reused, type: done, object: us });
			await send({ id: reused, type, object, content: "👍" });
			t.like(await send({ type: "Undo", object: reused }), { kind: "unreaction", reaction: reused }, `${type} ${done}`);
		}
});

test("an undo of a whole block says if the block has not arrived yet", async (t) => {
	const { id, send, us, bob } = await open(t);
	const block = { id: id(), type: "Block", actor: bob.id, object: us };
	t.like(await send({ type: "Undo", object: block }), { kind: "unblock", overtook: block.id });
	await send(block);
	const undone = await send({ type: "Undo", object: block });
	t.is(undone?.kind, "unblock");
	t.false("overtook" in (undone ?? {}));
});

test("an undo of what has no effect here undoes nothing else, even if that has the same id", async (t) => {
	for (const type of ["Announce", "Dislike", "Create", "Flag", "Invite", "x:Unknown"])
		for (const done of ["Follow", "Block", "Like"]) {
			const { id, send, us, object } = await open(t);
			const reused = id();
			await send({ id: reused, type: done, object: done === "Like" ? object : us });
			for (const undone of [
				{ id: reused, type },
				{ id: reused, type, object },
				{ id: reused, type, object: us },
			])
				t.is(await send({ type: "Undo", object: undone }), undefined, `${type} after ${done}`);
		}
});

test("an undo that says what it undoes does not undo anything of another type with this id", async (t) => {
	const { id, send, us } = await open(t);
	const reused = id();
	await send({ id: reused, type: "Follow", object: us });
	t.like(await send({ type: "Undo", object: { id: reused, type: "Like" } }), { kind: "unreaction", reaction: reused });
});

test("another person can't undo a block by its id", async (t) => {
	const { peer, id, send, us } = await open(t);
	const block = id();
	await send({ id: block, type: "Block", object: us });
	const eve = peer.actor("eve");
	t.not((await send({ type: "Undo", object: block }, eve))?.kind, "unblock");
});

test("an undo finds a block by its id among those of many of our accounts", async (t) => {
	const { host, id, send } = await open(t);
	const blocks: { readonly id: string; readonly account: string }[] = [];
	for (let n = 0; n < 45; n++) {
		const account = host.person(`person${n}`).id;
		const block = { id: id(), account };
		await send({ id: block.id, type: "Block", object: `${host.about.origin}/users/${account}` });
		blocks.push(block);
	}
	for (const block of blocks)
		t.like(await send({ type: "Undo", object: block.id }), { kind: "unblock", target: { account: block.account } });
});
