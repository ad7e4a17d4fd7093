import test from "ava";
import { follow } from "#core/access/join-channel.ts";
import { beginEpoch, createEpochs, eventByName, readEpochs } from "#core/events/epochs.ts";
import { bridgeName, parseEventName } from "#core/ids.ts";
import { createIds } from "../../../bridges/activitypub/ids.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

test("the names of events of the first epoch are their ids, as they were given out before there were epochs", (t) => {
	t.is(createEpochs().nameOf({ stream: "chn_a", seq: 3, at: 5 }), "chn_a/3");
	t.is(createEpochs([{ name: "e1", since: 10 }]).nameOf({ stream: "chn_a", seq: 3, at: 5 }), "chn_a/3");
});

test("an event has the name of the epoch in which it was appended, for ever", (t) => {
	const one = [{ name: "e1", since: 10 }];
	const two = [...one, { name: "e2", since: 20 }];
	for (const epochs of [createEpochs(one), createEpochs(two)]) {
		t.is(epochs.nameOf({ stream: "chn_a", seq: 4, at: 9 }), "chn_a/4");
		t.is(epochs.nameOf({ stream: "chn_a", seq: 4, at: 10 }), "chn_a/4~e1");
		t.is(epochs.nameOf({ stream: "chn_a", seq: 4, at: 19 }), "chn_a/4~e1");
	}
	t.is(createEpochs(two).nameOf({ stream: "chn_a", seq: 4, at: 20 }), "chn_a/4~e2");
	t.is(createEpochs(two).current.name, "e2");
});

test("names of events are parsed, and nothing else is", (t) => {
	t.deepEqual(parseEventName("chn_a/4"), { stream: "chn_a", seq: 4, epoch: "" });
	t.deepEqual(parseEventName("chn_a/4~x1"), { stream: "chn_a", seq: 4, epoch: "x1" });
	for (const text of [
		"",
		"chn_a",
		"chn_a/",
		"chn_a/0",
		"chn_a/4~",
		"chn_a/4~X",
		"chn_a/4~a~b",
		"/4",
		"chn_a~a/4",
		"chn_a/4.5",
	])
		t.is(parseEventName(text), undefined, text);
});

test("activity ids carry the epoch, and are parsed with and without one", (t) => {
	const epochs = createEpochs([{ name: "e1", since: 10 }]);
	const ids = createIds("https://here.example", bridgeName("activitypub"), ({ channel, seq, at }) =>
		epochs.nameOf({ stream: channel, seq, at }),
	);
	const channel = "chn_01k00000000000000000000000" as never;
	const account = "usr_01k00000000000000000000000";
	for (const at of [5, 15])
		for (const suffix of ["", "share", "announce", `follow-${account}`]) {
			const id = ids.posted({ channel, seq: 7, at }, suffix);
			const event = `${channel}/7${at === 15 ? "~e1" : ""}`;
			t.deepEqual(ids.parseActivity(id), { event, seq: 7, suffix });
			t.is(ids.activity(event, suffix), id);
		}
	t.not(ids.posted({ channel, seq: 7, at: 5 }), ids.posted({ channel, seq: 7, at: 15 }));
	for (const path of ["", "chn_a-7~", "chn_a-7~E", "chn_a~e-7", "chn_a-0", "chn_a-7~e1~e2", "chn_a-7-", "chn_a-7/x"])
		t.is(ids.parseActivity(`https://here.example/activities/${path}`), undefined, path);
});

test("an event is found by its own name only, not by that of an event whose place it has", async (t) => {
	const { context, post, person, timeline, clock } = await openCore(t);
	const jane = await person("jane");
	const { channel } = await post(jane, await timeline(jane), "first");
	const { name } = await beginEpoch(context.store, clock.time + 10);
	clock.time += 10;
	await post(jane, await timeline(jane), "second");
	const epochs = await readEpochs(context.store);
	const found = async (text: string) => (await eventByName({ store: context.store, epochs }, text))?.id;
	t.is(await found(`${channel}/1`), `${channel}/1`);
	t.is(await found(`${channel}/2~${name}`), `${channel}/2`);
	for (const text of [`${channel}/2`, `${channel}/1~${name}`, `${channel}/2~other`, `${channel}/3~${name}`, "x"])
		t.is(await found(text), undefined, text);
});

test("every restore begins an epoch of its own, with a name that no other has", async (t) => {
	const { context, clock } = await openCore(t);
	const begun = await Promise.all(Array.from({ length: 10 }, () => beginEpoch(context.store, clock.time)));
	t.is(new Set(begun.map(({ name }) => name)).size, 10);
	t.is(new Set(begun.map(({ since }) => since)).size, 10);
	const { current } = await readEpochs(context.store);
	t.is(current.since, Math.max(...begun.map(({ since }) => since)));
	t.true(begun.every(({ name }) => /^[0-9a-z]{8}$/.test(name)));
});

test("after a restore, the answer to a follow still finds the follow by the name that went out", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	Object.assign(core.context, { epochs: createEpochs([{ name: "e1", since: 1 }]) });
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	const shadow = await core.shadows.of(fedi.name, bob);
	await follow(core.context, await core.timeline(shadow, jane), jane);
	await core.settled();
	const [join] = fedi.delivered;
	t.regex(join?.id ?? "", /~e1$/);
	const answer = { kind: "answer", sender: bob, raw: {}, account: jane.id, accepted: true } as const;
	const received = await core.incoming.receive(fedi.name, [{ ...answer, id: "accept", join: join?.id as string }]);
	t.deepEqual(received, [{ status: "accepted" }]);
});
