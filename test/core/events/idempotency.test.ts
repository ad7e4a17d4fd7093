import test from "ava";
import { Conflict } from "#core/errors.ts";
import { eventOfRequest, idempotencyOf } from "#core/events/idempotency.ts";
import type { AppendedOf } from "#core/events/log.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { createGroup } from "#core/groups/create-group.ts";
import type { AccountId } from "#core/ids.ts";
import { postMessage } from "#core/messages/post-message.ts";
import { react, unreact } from "#core/reactions/react.ts";
import { openCore } from "../../support/core.ts";

const jane = "usr_jane" as AccountId;
const of = (body: unknown, key: string | undefined = "K1", route = "POST /x") => idempotencyOf(jane, route, key, body);

test("a request without a key has no identity", (t) => {
	t.deepEqual(idempotencyOf(jane, "POST /x", undefined, {}), {});
});

test("equal bodies have one fingerprint, however their keys are ordered; different bodies have different ones", (t) => {
	const bodies = [
		{},
		[],
		null,
		"",
		0,
		{ a: 1 },
		{ a: "1" },
		{ a: null },
		{ a: { b: 1 } },
		{ "a.b": 1 },
		{ a: [1, 2] },
		{ a: [2, 1] },
		{ a: 1, b: 2 },
		{ a: { b: 1, c: 2 } },
	];
	t.is(new Set(bodies.map((body) => of(body).fingerprint)).size, bodies.length);
	t.is(of({ a: { b: 1, c: 2 }, d: 3 }).fingerprint, of({ d: 3, a: { c: 2, b: 1 } }).fingerprint);
	t.is(of({ a: 1, b: undefined }).fingerprint, of({ a: 1 }).fingerprint);
});

test("a key counts for its account and route, in any case", (t) => {
	t.is(of({}, "AbC").request, of({}, "aBc").request);
	const keys = [of({}).request, of({}, "K2").request, of({}, "K1", "POST /y").request];
	t.is(new Set([...keys, idempotencyOf("usr_joe" as AccountId, "POST /x", "K1", {}).request]).size, 4);
});

/** The outcome of an append for a request, of whose event only these parts matter here. */
const outcome = (kind: "appended" | "duplicate", type: string, body: object) =>
	({ outcome: kind, by: "request", event: { type, body } }) as unknown as AppendedOf<"message.posted">;

test("a repeated request gets its event again, another request with its key a conflict", (t) => {
	const first = of({ text: "a" });
	const body = { fingerprint: first.fingerprint };
	t.false(eventOfRequest(outcome("appended", "message.posted", body), first, "message.posted").replayed);
	t.true(eventOfRequest(outcome("duplicate", "message.posted", body), first, "message.posted").replayed);
	for (const [type, stored] of [
		["message.posted", { fingerprint: of({ text: "b" }).fingerprint }],
		["message.posted", {}],
		["group.created", body],
	] as const)
		t.throws(() => eventOfRequest(outcome("duplicate", type, stored), first, "message.posted"), {
			instanceOf: Conflict,
		});
});

test("a repetition of a request whose event was erased still gets what remains of it", (t) => {
	const erased = outcome("duplicate", "message.posted", { erased: true });
	t.true(eventOfRequest(erased, of({ text: "a" }), "message.posted").replayed);
});

test("a day after a request its key makes a new one, with any body", async (t) => {
	const core = await openCore(t);
	const { context, clock } = core;
	const owner = await core.person("jane");
	const timeline = await core.timeline(owner);
	const { group } = await createGroup(context, owner, { name: "Dev Guild" }, {});
	const memo = await core.post(owner, timeline, "Hello");
	const keyOf = (route: string, body: unknown) => idempotencyOf(owner.id, route, "the same key", body);
	const posts = {
		message: async (text: string) => {
			const fields = { type: "memo", content: { text, mime: "text/plain" } } as const;
			return (await postMessage(context, owner, timeline, fields, keyOf("message", text))).message.id;
		},
		group: async (name: string) => (await createGroup(context, owner, { name }, keyOf("group", name))).group.id,
		channel: async (name: string) =>
			(await createChannel(context, owner, group, { name, tier: "public" }, keyOf("channel", name))).channel.id,
	};
	for (const [what, post] of Object.entries(posts)) {
		const first = await post("one");
		clock.time += 86_399_999;
		t.is(await post("one"), first, what);
		await t.throwsAsync(post("two"), { instanceOf: Conflict }, what);
		clock.time += 1;
		const [second, repeated] = await Promise.all([post("two"), post("two")]);
		t.not(second, first, what);
		t.is(repeated, second, what);
		await t.throwsAsync(post("one"), { instanceOf: Conflict }, what);
	}
	const add = () =>
		react(context, owner, timeline, memo, { key: "⭐", unicode: "⭐" }, undefined, keyOf("reaction", "⭐"));
	t.like(await add(), { changed: true });
	await unreact(context, owner, memo, "⭐");
	t.like(await add(), { changed: false, replayed: true });
	clock.time += 86_400_000;
	t.like(await add(), { changed: true, replayed: false });
});
