import test from "ava";
import { createLaneHolds } from "#core/events/lane-holds.ts";
import { type ConsumerJob, createConsumer } from "#core/events/run-consumer.ts";
import type { LogEvent } from "#core/ports/store.ts";
import { type Core, openCore } from "../../support/core.ts";

/** A core whose own lanes are stopped, with events of a timeline that are owed to the consumer `bridge`. */
async function withEvents(t: Parameters<typeof openCore>[0], count: number) {
	const core = await openCore(t);
	await core.lanes.stop();
	const jane = await core.person("jane");
	const timeline = await core.timeline(jane);
	for (let n = 1; n <= count; n++) await core.post(jane, timeline, `memo ${n}`);
	return { core, stream: timeline.channel.id };
}

function jobOf(work: (event: LogEvent) => Promise<string>): ConsumerJob<string> & { readonly committed: string[] } {
	const committed: string[] = [];
	return {
		marker: "bridge",
		work,
		committed,
		async commit(works) {
			committed.push(...works);
		},
	};
}

const run = (core: Core, job: ConsumerJob<string>) => createConsumer(core.context, createLaneHolds(core.context), job);
const owed = async ({ context }: Core, stream: string) =>
	(await context.store.owed("bridge", stream, { limit: 500 })).map(({ seq }) => seq);
const going = new AbortController().signal;

test("a consumer processes all owed events of its stream in order, each once", async (t) => {
	const { core, stream } = await withEvents(t, 120);
	const job = jobOf(async ({ seq }) => String(seq));
	const consume = run(core, job);
	t.is(await consume(stream, going), undefined);
	t.deepEqual(
		job.committed,
		Array.from({ length: 120 }, (_, n) => String(n + 1)),
	);
	t.deepEqual(await owed(core, stream), []);
	await consume(stream, going);
	t.is(job.committed.length, 120);
});

test("an event whose processing fails is retried later, without blocking the events after it", async (t) => {
	const { core, stream } = await withEvents(t, 60);
	let broken = true;
	const job = jobOf(async ({ seq }) => {
		if (broken && (seq === 2 || seq === 55)) throw new Error("an internal error");
		return String(seq);
	});
	const consume = run(core, job);
	const next = await consume(stream, going);
	t.deepEqual(await owed(core, stream), [2, 55]);
	t.true(next !== undefined && next > core.clock.time && next < core.clock.time + 2_000);
	broken = false;
	t.is(await consume(stream, going), next);
	t.deepEqual(await owed(core, stream), [2, 55]);
	core.clock.time += 2_000;
	t.is(await consume(stream, going), undefined);
	t.deepEqual(await owed(core, stream), []);
	t.deepEqual(job.committed.slice(-2), ["2", "55"]);
});

test("events whose results can't be committed stay owed", async (t) => {
	const { core, stream } = await withEvents(t, 3);
	const job = { ...jobOf(async ({ seq }) => String(seq)), commit: () => Promise.reject(new Error("the disk is full")) };
	await t.throwsAsync(run(core, job)(stream, going), { message: "the disk is full" });
	t.deepEqual(await owed(core, stream), [1, 2, 3]);
});

test("a consumer whose lane is taken by another process commits and settles nothing", async (t) => {
	const { core, stream } = await withEvents(t, 3);
	const job = jobOf(async ({ seq }) => {
		if (seq === 2) await createLaneHolds(core.context).take(`plan:${stream}`);
		return String(seq);
	});
	await t.throwsAsync(run(core, job)(stream, going), { name: "LaneLost" });
	t.deepEqual(job.committed, []);
	t.deepEqual(await owed(core, stream), [1, 2, 3]);
});
