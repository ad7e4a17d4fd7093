import test, { type ExecutionContext } from "ava";
import { type FailPoint, failPoints } from "#core/ports/fail-points.ts";
import { until } from "../support/wait.ts";
import { type Federation, openFederation, type Place } from "./federation.ts";
import { aliceIn, janeIn, type Person, remoteIn, waitingForPush } from "./people.ts";
import { fediverseSide, providerSide, repeats, roomSide } from "./views.ts";

/** Who posts, where, and which fail-points their messages pass. */
interface Direction {
	readonly name: string;
	readonly points: readonly FailPoint[];
	place(federation: Federation): Place;
	person(federation: Federation, place: Place): Person;
}
const directions: readonly Direction[] = [
	{
		name: "a post on its way to the fediverse and Matrix",
		points: failPoints.filter((point) => !point.startsWith("incoming:")),
		place: (federation) => federation.timeline,
		person: janeIn,
	},
	{
		name: "a fediverse activity on its way to OFSCP and Matrix",
		points: failPoints,
		place: (federation) => federation.channel,
		person: (federation, place) => remoteIn(federation, place, federation.first, "bob"),
	},
	{
		name: "a Matrix event on its way to OFSCP and the fediverse",
		points: failPoints,
		place: (federation) => federation.channel,
		person: (federation, place) => waitingForPush(aliceIn(federation, place), federation),
	},
];
/** At which hit of the fail-point the process ends. */
const hits = process.env.CAUSEWAY_LONG === "1" ? [1, 2] : [2];
/** The minimum number of messages per writer of a test; they continue until the process has ended. */
const [messages, writers] = [4, 2];
/** The number of POSTs in flight to one host: those that are sent, and not yet removed from its lane. */
const socketsEach = 2;

let federation: Federation;
let serial = 0;
const readyAfter: number[] = [];

test.before(async () => {
	federation = await openFederation({ failPoints: true });
});
test.after.always(async (t) => {
	await federation?.[Symbol.asyncDispose]();
	t.log(
		`served again after ${Math.max(...readyAfter)} ms at most, ${median(readyAfter)} ms in the median, in ${readyAfter.length} restarts`,
	);
});

for (const direction of directions)
	for (const point of direction.points)
		for (const hit of hits)
			test.serial(`${direction.name}: a crash at hit ${hit} of ${point} loses and duplicates nothing`, (t) =>
				endAt(t, direction, point, hit),
			);

async function endAt(t: ExecutionContext, direction: Direction, point: FailPoint, hit: number): Promise<void> {
	const place = direction.place(federation);
	const person = direction.person(federation, place);
	const names: string[] = [];
	const before = [federation.first, federation.second].map(({ ledger }) => repeats(ledger));
	await federation.provider.arm(point, hit);

	let ended = false;
	const writing = Promise.all(
		Array.from({ length: writers }, async () => {
			for (let i = 0; i < messages || !ended; i++) {
				const name = `m${++serial}`;
				names.push(name);
				await person.post(name);
			}
		}),
	);
	const end = await endOf(federation).finally(() => {
		ended = true;
	});
	t.is(end, "SIGKILL", "the fail-point is hit");
	await federation.provider.restart();
	readyAfter.push(federation.provider.readyAfterMs);
	await writing;

	await everywhere(names, place);
	for (const [i, { ledger }] of [federation.first, federation.second].entries())
		t.true(repeats(ledger) - (before[i] ?? 0) <= socketsEach, "no more POSTs are repeated than were in flight");
	const sides = await sidesOf(place);
	const [{ order }] = sides;
	for (const side of sides) {
		t.deepEqual(side.duplicates, []);
		t.deepEqual(side.order, order);
	}
}

/** Resolves when the process has ended. */
async function endOf({ provider }: Federation): Promise<number | NodeJS.Signals> {
	let end: number | NodeJS.Signals | undefined;
	void provider.ended.then((how) => {
		end = how;
	});
	return until("the fail-point ends the process", () => end);
}

const sidesOf = async ({ messages: route, actor, room }: Place) =>
	[
		await providerSide(federation.jane, route),
		fediverseSide(federation.first.ledger, actor),
		fediverseSide(federation.second.ledger, actor),
		roomSide(room.events),
	] as const;

/** Resolves when every message has arrived on every side. */
async function everywhere(names: readonly string[], place: Place): Promise<void> {
	await until("every message is everywhere", async () => {
		const sides = await sidesOf(place);
		return names.every((name) => sides.every(({ view }) => view.has(name)));
	});
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
