import test from "ava";
import { Conflict } from "#core/errors.ts";
import { eventOfRequest, idempotencyOf } from "#core/events/idempotency.ts";
import type { AppendedOf } from "#core/events/log.ts";
import type { AccountId } from "#core/ids.ts";

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
