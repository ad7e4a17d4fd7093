import test from "ava";
import { followReference, listFollows, unfollow } from "#core/bridging/follow.ts";
import type { Account } from "#core/model/account.ts";
import { id, openScene as open } from "./scene.ts";

test("a follow, its end and the next follow count, though all have one id, and each follow is answered", async (t) => {
	const { receive, join, leave, isFollower, kinds } = await open(t);
	t.deepEqual(await receive(join(), leave(), join(), leave()), Array(4).fill("accepted"));
	t.false(await isFollower());
	t.deepEqual(await receive(leave()), ["duplicate"]);
	t.deepEqual(await receive(join(), join()), ["accepted", "accepted"]);
	t.true(await isFollower());
	t.deepEqual(kinds(), ["answer", "answer", "answer", "answer"]);
});

test("an accepted follower of an account that is locked by now is answered again", async (t) => {
	const { core, jane, receive, join, kinds, isFollower } = await open(t);
	await receive(join());
	await core.context.log.append({
		stream: jane.id,
		type: "account.updated",
		actor: jane.id,
		body: { account: jane.id, changes: {}, personal: { group: jane.group, joinPolicy: "approval" } },
	});
	await receive(join());
	t.true(await isFollower());
	t.deepEqual(
		kinds().filter((kind) => kind === "answer"),
		["answer", "answer"],
	);
});

test("reactions come and go by message and emoji, though all have one id", async (t) => {
	const { core, jane, timeline, receive, like, unlike, likes } = await open(t);
	const other = await core.post(jane, timeline, "Second");
	const onOther = { target: { local: other.id } };
	await receive(like(), unlike(), like());
	t.deepEqual(await likes(), ["⭐ 1"]);
	await receive(like({ key: "🔥" }), like(onOther));
	t.deepEqual(await likes(), ["⭐ 1", "🔥 1"]);
	t.deepEqual(await likes(other), ["⭐ 1"]);
	await receive(unlike());
	t.deepEqual([await likes(), await likes(other)], [["🔥 1"], ["⭐ 1"]]);
	await receive(unlike(onOther), unlike({ key: "🔥" }), like());
	t.deepEqual([await likes(), await likes(other)], [["⭐ 1"], []]);
});

test("a reaction that came under two ids is withdrawn by either", async (t) => {
	const { receive, like, unlike, likes } = await open(t);
	for (const [again, undone] of [
		["two", "two"],
		["four", id],
	] as const) {
		await receive(like(), like({ id: again, reaction: again }));
		t.deepEqual(await likes(), ["⭐ 1"]);
		const { target: _, key: __, ...byId } = unlike({ reaction: undone });
		t.deepEqual(await receive(byId), ["accepted"]);
		t.deepEqual(await likes(), []);
	}
});

test("edits, deletions and new messages count, though all have one id", async (t) => {
	const { receive, note, edit, text } = await open(t);
	t.deepEqual(await receive(note("note"), edit("Second"), edit("Third")), Array(3).fill("accepted"));
	t.is(await text("note"), "Third");
	t.deepEqual(await receive(note("other"), note("other")), ["accepted", "duplicate"]);
	const removal = { ...edit(""), kind: "removal", target: { remote: "note" } } as const;
	t.deepEqual(await receive(removal, { ...removal, target: { remote: "other" } }), ["accepted", "accepted"]);
	t.deepEqual([await text("note"), await text("other")], ["", ""]);
});

test("answers to a follow count, though all have one id", async (t) => {
	const { core, fedi, jane, bob, receive } = await open(t);
	const directory = { bridges: () => [fedi], shadows: core.shadows };
	const answer = (accepted: boolean) =>
		({ kind: "answer", id, sender: bob, raw: {}, account: jane.id, accepted }) as const;
	const follows = async () => (await listFollows(core.context, jane, { states: ["joined"], limit: 10 })).length;
	for (let round = 0; round < 2; round++) {
		await followReference(core.context, directory, jane, "bob@fedi.test");
		t.deepEqual(await receive(answer(true)), ["accepted"]);
		t.is(await follows(), 1);
		t.deepEqual(await receive(answer(false), answer(true)), ["accepted", "duplicate"]);
		t.is(await follows(), 0);
	}
});

test("what was reported once more by a network that uses no id twice changes nothing", async (t) => {
	const { receive, join, leave, like, unlike, isFollower, likes } = await open(t);
	const [one, two] = [
		{ id: "1", isUnique: true },
		{ id: "2", isUnique: true },
	] as const;
	await receive(join(one), leave(two), join(one));
	t.false(await isFollower());
	await receive(like(one), unlike(two), like(one));
	t.deepEqual(await likes(), []);
});

test("a block ends the follows in both directions, asked for or accepted; an unfollow ends one", async (t) => {
	for (const isAccepted of [true, false]) {
		const { core, fedi, jane, bob, join, leave, receive, isFollower } = await open(t);
		const directory = { bridges: () => [fedi], shadows: core.shadows };
		await followReference(core.context, directory, jane, "bob@fedi.test");
		const accept = { kind: "answer", id, sender: bob, raw: {}, account: jane.id, accepted: true } as const;
		await receive(join(), ...(isAccepted ? [accept] : []));
		const follows = () => listFollows(core.context, jane, { states: ["joined", "requested"], limit: 10 });
		await receive(leave());
		t.deepEqual([await isFollower(), (await follows()).length], [false, 1]);
		t.deepEqual(await receive(leave({ blocked: true })), ["accepted"]);
		t.deepEqual([await isFollower(), (await follows()).length], [false, 0]);
		t.is((await followReference(core.context, directory, jane, "bob@fedi.test")).membership.state, "requested");
	}
});

test("an answer that names an earlier follow, or one of someone else, is not taken for this one", async (t) => {
	const { core, fedi, jane, bob, receive } = await open(t);
	const directory = { bridges: () => [fedi], shadows: core.shadows };
	const kim = await core.person("kim");
	const asked = async (who: Account, whom = "bob"): Promise<string> => {
		await followReference(core.context, directory, who, `${whom}@fedi.test`);
		await core.settled();
		const sent = fedi.delivered.at(-1);
		return sent?.kind === "join" ? sent.id : "";
	};
	fedi.person("eve");
	const answer = (join: string, accepted: boolean) =>
		({ kind: "answer", id, sender: bob, raw: {}, account: jane.id, accepted, join }) as const;
	const first = await asked(jane);
	const [ofKim, ofEve] = [await asked(kim), await asked(jane, "eve")];
	for (const other of [ofKim, ofEve, `${jane.timeline}/1`, "chn_unknown/7"])
		t.deepEqual(await receive(answer(other, true), answer(other, false)), ["unknown-target", "unknown-target"]);
	await unfollow(core.context, jane, "bob@fedi.test");
	const second = await asked(jane);
	t.deepEqual(await receive(answer(first, false)), ["unknown-target"]);
	t.deepEqual(await receive(answer(second, true), answer(second, false)), ["accepted", "accepted"]);
});
