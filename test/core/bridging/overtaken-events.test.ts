import test from "ava";
import { parked } from "#core/bridging/incoming/parked-event.ts";
import { openScene as open } from "./scene.ts";

const follow = { id: "follow" };

test("the end of a follow that arrives before the follow is remembered, however it names the follow", async (t) => {
	const undo = { id: "undo" };
	const ends = {
		"by the pair and the follow's id": { joined: "follow" },
		"by the pair": {},
		"a block": { blocked: true },
	} as const;
	for (const [how, rest] of Object.entries(ends)) {
		const { join, leave, receive, isFollower, kinds } = await open(t);
		const early = leave({ ...undo, ...rest });
		t.deepEqual(await receive(early, early, join(follow), join(follow)), ["parked", "parked", "gone", "gone"], how);
		t.false(await isFollower());
		t.deepEqual(kinds(), []);
	}
	const { join, leave, receive, isFollower } = await open(t);
	const { target: _, ...base } = leave(undo);
	t.deepEqual(await receive({ ...base, kind: "unreaction", reaction: "follow" }, join(follow)), ["parked", "gone"]);
	t.false(await isFollower());
});

test("a follow after the one whose end came first is accepted, also after a restart", async (t) => {
	const { core, join, leave, receive, isFollower } = await open(t);
	await receive(leave({ id: "undo", joined: "follow" }), join(follow));
	t.deepEqual(await receive(join({ id: "another follow" })), ["accepted"]);
	await core.incoming.sweep();
	t.true(await isFollower());
});

test("the end of a follow of someone else, or of another account, is not remembered for this one", async (t) => {
	const { core, fedi, join, leave, receive, isFollower } = await open(t);
	const kim = await core.person("kim");
	await receive(leave({ sender: fedi.person("eve") }), leave({ target: { kind: "account", account: kim.id } }));
	t.deepEqual(await receive(join(follow)), ["accepted"]);
	t.true(await isFollower());
});

test("a block that came while there was no follow ends with its undoing", async (t) => {
	const { leave, join, receive, isFollower } = await open(t);
	const { target, ...base } = leave();
	await receive(leave({ blocked: true }), join());
	t.false(await isFollower());
	t.deepEqual(await receive({ ...base, kind: "unblock", target }, join()), ["accepted", "accepted"]);
	t.true(await isFollower());
});

test("a block whose undoing by its id came first has no effect, and another block has", async (t) => {
	const { core, join, leave, receive, isFollower } = await open(t);
	await receive(join());
	const { target: _, ...base } = leave();
	const block = { id: "block", blocked: true } as const;
	t.deepEqual(await receive({ ...base, kind: "unreaction", reaction: "block" }, leave(block)), ["parked", "gone"]);
	t.true(await isFollower());
	await core.incoming.sweep();
	t.deepEqual(await receive(leave({ ...block, id: "another" })), ["accepted"]);
	t.false(await isFollower());
});

test("a block whose undoing in full came first has no effect, however often both come, and a later block has", async (t) => {
	for (const order of ["ub", "ubb", "uubb", "ubub", "uub"]) {
		const { core, join, leave, receive, isFollower } = await open(t);
		await receive(join());
		const { target, ...base } = leave();
		const block = leave({ id: "block", blocked: true });
		const events = { u: { ...base, id: "undo", kind: "unblock", target, overtook: "block" } as const, b: block };
		for (const which of order) await receive(events[which as "u" | "b"]);
		t.true(await isFollower(), order);
		await core.incoming.sweep();
		await receive(leave({ id: "another", blocked: true }));
		t.false(await isFollower(), order);
	}
	const { core, join, leave, receive, isFollower } = await open(t);
	await receive(join({ at: core.clock.time - 10 }));
	const { target, ...base } = leave();
	const undo = { ...base, id: "undo", kind: "unblock", target, overtook: "block", at: core.clock.time - 8 } as const;
	await receive(undo, leave({ id: "block", blocked: true, at: core.clock.time - 9 }));
	t.true(await isFollower());
	await receive(leave({ id: "block", blocked: true, at: core.clock.time - 7 }));
	t.false(await isFollower(), "a later block under the same id");
});

test("what was remembered is forgotten after a day", async (t) => {
	const { core, leave, join, receive, isFollower } = await open(t);
	await receive(leave());
	core.clock.time += 25 * 3_600_000;
	await core.incoming.sweep();
	t.deepEqual(await receive(join()), ["accepted"]);
	t.true(await isFollower());
});

test("the sender's clock decides where it is known, whatever the ids are and whichever comes first", async (t) => {
	for (const ids of [["1", "2", "3", "4"], Array<string>(4).fill("1")] as const) {
		const { core, fedi, join, leave, like, unlike, receive, isFollower, likes } = await open(t);
		const everyone = orders(4).map((order, n) => ({ order, sender: fedi.person(`person${n}`) }));
		for (const { order, sender } of everyone) {
			const at = (n: number) => ({ sender, id: `${sender.id}#${ids[n]}`, at: core.clock.time - 1000 + n });
			const named = (n: number) => ({ ...at(n), reaction: at(n).id });
			const follows = [
				join(at(0)),
				leave({ ...at(1), joined: at(0).id }),
				join(at(2)),
				leave({ ...at(3), joined: at(2).id }),
			];
			const reactions = [
				like(named(0)),
				unlike({ ...named(0), ...at(1) }),
				like(named(2)),
				unlike({ ...named(2), ...at(3) }),
			];
			for (const n of order) await receive(...[follows[n], reactions[n]].filter((event) => event !== undefined));
			t.false(await isFollower(sender), `${ids.join()} ${order.join()}`);
		}
		t.deepEqual(await likes(), []);
		for (const { sender } of everyone) {
			const again = { sender, id: `${sender.id}#5`, at: core.clock.time };
			await receive(join(again), like({ ...again, reaction: again.id }));
			t.true(await isFollower(sender));
		}
		t.deepEqual(await likes(), [`⭐ ${everyone.length}`]);
	}
});

test("a room's member who left before the join was read back is no member", async (t) => {
	const { core, join, leave, receive, isFollower } = await open(t);
	const once = { isUnique: true } as const;
	await receive(
		leave({ ...once, id: "$2", at: core.clock.time - 1 }),
		join({ ...once, id: "$1", at: core.clock.time - 2 }),
	);
	t.false(await isFollower());
});

test("a clock that is ahead or wrong keeps no follower out for longer than a day", async (t) => {
	const { core, join, leave, receive, isFollower } = await open(t);
	await receive(join({ at: core.clock.time }), leave({ at: core.clock.time + 10 * 365 * 86_400_000 }));
	core.clock.time += 1000;
	await receive(join({ at: core.clock.time }));
	t.true(await isFollower());
});

test("of two edits the later one counts, and one that changes nothing is no edit", async (t) => {
	for (const order of orders(3)) {
		const { core, note, edit, receive, text, fedi } = await open(t);
		const at = (n: number) => ({ id: `update ${n}`, at: core.clock.time - 1000 + n });
		const edits = [edit("Second", at(1)), edit("Third", at(2)), note("note", { at: core.clock.time - 1000 })];
		for (const n of [...order, ...order]) await receive(...edits.slice(n, n + 1));
		t.is(await text("note"), "Third", order.join());
		fedi.delivered.length = 0;
		t.deepEqual(await receive(edit("Third", at(3)), edit("Third")), ["duplicate", "duplicate"]);
		t.deepEqual(fedi.delivered, []);
	}
});

/** All orders of the numbers below `count`. */
function orders(count: number): readonly (readonly number[])[] {
	if (count === 0) return [[]];
	return orders(count - 1).flatMap((order) =>
		Array.from({ length: count }, (_, at) => [...order.slice(0, at), count - 1, ...order.slice(at)]),
	);
}

test("of an edit that is only remembered for its time, no text is kept", async (t) => {
	const { core, note, edit, receive, text } = await open(t);
	const at = (n: number) => ({ at: core.clock.time - 1000 + n });
	await receive(note("note"), edit("First", at(2)), edit("Second", at(1)));
	t.is(await text("note"), "First");
	const kept = await core.context.store.page(parked, { order: "asc", limit: 10 });
	t.is(kept.length, 1);
	t.false(JSON.stringify(kept[0]?.doc).includes("First"));
});
