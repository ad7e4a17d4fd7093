import test from "ava";
import { createTyping, typingMs } from "#core/feed/typing.ts";
import type { Place } from "#core/groups/place.ts";
import type { Account } from "#core/model/account.ts";

/** Typing with timers that the test runs by hand. */
function scene() {
	const told: string[] = [];
	const timers: { readonly run: () => void; readonly ms: number; cancelled: boolean }[] = [];
	const typing = createTyping(
		async ({ channel }, account, state) => void told.push(`${account.id} ${state} ${channel.id}`),
		(run, ms) => {
			const timer = { run, ms, cancelled: false };
			timers.push(timer);
			return () => {
				timer.cancelled = true;
			};
		},
	);
	/** What happens when the time of all timers has come. */
	const expire = () => {
		for (const timer of timers.splice(0)) if (!timer.cancelled) timer.run();
	};
	return { typing, told, timers, expire };
}
const at = (id: string) => ({ channel: { id } }) as unknown as Place;
const by = (id: string) => ({ id }) as unknown as Account;

test("someone who is typing stops by themself after six seconds, counted from the last sign of it", async (t) => {
	const { typing, told, timers, expire } = scene();
	await typing.start(at("a"), by("jane"));
	await typing.start(at("a"), by("jane"));
	t.deepEqual(
		timers.map(({ ms, cancelled }) => [ms, cancelled]),
		[
			[typingMs, true],
			[typingMs, false],
		],
	);
	expire();
	t.deepEqual(told, ["jane start a", "jane start a", "jane stop a"]);
	expire();
	t.is(told.length, 3);
});

test("stopping is told once, and only if someone was typing", async (t) => {
	const { typing, told, expire } = scene();
	await typing.stop(at("a"), by("jane"));
	await typing.start(at("a"), by("jane"));
	await typing.start(at("b"), by("jane"));
	await typing.stop(at("a"), by("jane"));
	await typing.stop(at("a"), by("jane"));
	expire();
	t.deepEqual(told, ["jane start a", "jane start b", "jane stop a", "jane stop b"]);
});

test("who disconnects stops typing everywhere, and others go on", async (t) => {
	const { typing, told, timers } = scene();
	for (const channel of ["a", "b"]) for (const account of ["jane", "bob"]) await typing.start(at(channel), by(account));
	typing.disconnected(by("jane").id);
	t.deepEqual(told.slice(4), ["jane stop a", "jane stop b"]);
	t.is(timers.filter(({ cancelled }) => !cancelled).length, 2);
	typing.close();
	t.true(timers.every(({ cancelled }) => cancelled));
	t.is(told.length, 6);
});
