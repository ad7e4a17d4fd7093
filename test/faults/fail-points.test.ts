import test, { type ExecutionContext } from "ava";
import { type FailPoint, failPoints } from "#core/ports/fail-points.ts";
import { until } from "../support/wait.ts";
import { aliceIn, janeIn, type Person, patient, remoteIn } from "./people.ts";
import { openTown, type Place, type Town } from "./town.ts";
import { fediverseSide, providerSide, repeats, roomSide } from "./views.ts";

/** Who speaks, where, and which fail-points lie on the way of what they say. */
interface Direction {
	readonly name: string;
	readonly points: readonly FailPoint[];
	place(town: Town): Place;
	person(town: Town, place: Place): Person;
}
const directions: readonly Direction[] = [
	{
		name: "a post on its way to the fediverse and Matrix",
		points: failPoints.filter((point) => !point.startsWith("incoming:")),
		place: (town) => town.timeline,
		person: janeIn,
	},
	{
		name: "a fediverse activity on its way to OFSCP and Matrix",
		points: failPoints,
		place: (town) => town.channel,
		person: (town, place) => remoteIn(town, place, town.first, "bob"),
	},
	{
		name: "a Matrix event on its way to OFSCP and the fediverse",
		points: failPoints,
		place: (town) => town.channel,
		person: (town, place) => patient(aliceIn(town, place), town),
	},
];
/** At which passage of the point the process ends. */
const hits = process.env.CAUSEWAY_LONG === "1" ? [1, 2] : [2];
/** Messages of each writer of a test at least; they go on until the process has ended. */
const [messages, writers] = [4, 2];
/** POSTs that are on their way to one host at the same time. */
const socketsEach = 1;

let town: Town;
let serial = 0;
const readyAfter: number[] = [];

test.before(async () => {
	town = await openTown({ failPoints: true });
});
test.after.always(async (t) => {
	await town?.[Symbol.asyncDispose]();
	t.log(
		`served again after ${Math.max(...readyAfter)} ms at most, ${median(readyAfter)} ms in the middle, in ${readyAfter.length} restarts`,
	);
});

for (const direction of directions)
	for (const point of direction.points)
		for (const hit of hits)
			test.serial(`${direction.name}: nothing is lost or doubled by an end at passage ${hit} of ${point}`, (t) =>
				endAt(t, direction, point, hit),
			);

async function endAt(t: ExecutionContext, direction: Direction, point: FailPoint, hit: number): Promise<void> {
	const place = direction.place(town);
	const person = direction.person(town, place);
	const names: string[] = [];
	const before = [town.first, town.second].map(({ ledger }) => repeats(ledger));
	await town.provider.arm(point, hit);

	let ended = false;
	const writing = Promise.all(
		Array.from({ length: writers }, async () => {
			for (let i = 0; i < messages || !ended; i++) {
				const name = `m${++serial}`;
				names.push(name);
				await person.say(name);
			}
		}),
	);
	const end = await endOf(town).finally(() => {
		ended = true;
	});
	t.is(end, "SIGKILL", "the fail-point is hit");
	await town.provider.restart();
	readyAfter.push(town.provider.readyAfterMs);
	await writing;

	await everywhere(names, place);
	for (const [i, { ledger }] of [town.first, town.second].entries())
		t.true(repeats(ledger) - (before[i] ?? 0) <= socketsEach, "no more POSTs are repeated than were on their way");
	const sides = await sidesOf(place);
	const [{ order }] = sides;
	for (const side of sides) {
		t.deepEqual(side.doubled, []);
		t.deepEqual(side.order, order);
	}
}

/** Resolves when the process has ended; a guard tells when it never does. */
async function endOf({ provider }: Town): Promise<number | NodeJS.Signals> {
	let end: number | NodeJS.Signals | undefined;
	void provider.ended.then((how) => {
		end = how;
	});
	return until("the fail-point ends the process", () => end);
}

const sidesOf = async ({ messages: route, actor, room }: Place) =>
	[
		await providerSide(town.jane, route),
		fediverseSide(town.first.ledger, actor),
		fediverseSide(town.second.ledger, actor),
		roomSide(room.events),
	] as const;

/** Resolves when every message has come to every side. */
async function everywhere(names: readonly string[], place: Place): Promise<void> {
	await until("every message is everywhere", async () => {
		const sides = await sidesOf(place);
		return names.every((name) => sides.every(({ view }) => view.has(name)));
	});
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
