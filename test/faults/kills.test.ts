import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import test, { type ExecutionContext } from "ava";
import { seededRandom } from "../support/random.ts";
import { until } from "../support/wait.ts";
import { type Said, startAuthor, viewOf } from "./author.ts";
import { aliceIn, janeIn, patient, remoteIn } from "./people.ts";
import { openTown, type Town } from "./town.ts";
import { editsIn, fediverseSide, nameIn, providerSide, repeats, roomSide, type Side, timelineOf } from "./views.ts";

const long = process.env.CAUSEWAY_LONG === "1";
const kills = long ? 200 : 10;
/** Lanes send one thing at a time. */
const socketsEach = 1;

test(`nothing is lost or doubled by ${kills} losses of power at any moment under load`, async (t) => {
	const random = seededRandom();
	t.log(`seed ${random.seed}: CAUSEWAY_TEST_SEED=${random.seed} makes the same choices`);
	await using town = await openTown();
	const readyAfter: number[] = [];
	let serial = 0;
	const nextName = () => `m${++serial}`;
	const { channel } = town;
	const authors = Object.entries({
		jane: janeIn(town, channel),
		bob: remoteIn(town, channel, town.first, "bob"),
		alice: patient(aliceIn(town, channel), town),
	}).map(([name, person]) => startAuthor(name, person, random, nextName));
	for (let i = 0; i < kills; i++) {
		await new Promise((resolve) => setTimeout(resolve, random.integer(0, 1500)));
		await town.provider.kill9();
		await town.provider.restart();
		readyAfter.push(town.provider.readyAfterMs);
	}
	await Promise.all(authors.map((author) => author.stop()));
	const said = authors.flatMap((author) => author.said);
	await marker(town, nextName());

	const sides = await agreed(town, said);
	for (const [name, side] of Object.entries(sides)) t.deepEqual(side.doubled, [], name);
	checkOrder(t, said, sides);
	await checkCounts(t, town, said);
	const repeated = [town.first, town.second].map(({ ledger }) => repeats(ledger));
	for (const count of repeated) t.true(count <= kills * socketsEach, `${count} POSTs were repeated`);

	t.is(await town.provider.stop(), 0);
	const database = new DatabaseSync(path.join(town.provider.dataDir, "causeway.db"));
	t.deepEqual({ ...database.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
	database.close();

	const sorted = readyAfter.toSorted((a, b) => a - b);
	const result = {
		seed: random.seed,
		kills,
		messages: said.length,
		edits: said.reduce((sum, { version }) => sum + version - 1, 0),
		deletions: said.filter(({ deleted }) => deleted).length,
		reactions: said.reduce((sum, { reactions }) => sum + reactions, 0),
		lost: said.filter(({ name, deleted }) => !deleted && !Object.values(sides).every(({ view }) => view.has(name)))
			.length,
		doubled: Object.values(sides).flatMap(({ doubled }) => doubled).length,
		repeatedPosts: repeated,
		readyAfterMs: { median: sorted[sorted.length >> 1], most: sorted.at(-1) },
	};
	t.log(result);
	if (long) save(result);
});

const sidesOf = async ({ jane, channel, first, second }: Town) => ({
	provider: await providerSide(jane, channel.messages),
	first: fediverseSide(first.ledger, channel.actor),
	second: fediverseSide(second.ledger, channel.actor),
	room: roomSide(channel.room.events),
});
type Sides = Awaited<ReturnType<typeof sidesOf>>;

const sorted = (view: ReadonlyMap<string, string>): readonly string[] => [...view.values()].toSorted();

/** Resolves when what was said last has come to every side; it may take its time, but something must move. */
async function marker(town: Town, name: string): Promise<void> {
	const { first, second, channel } = town;
	const id = await janeIn(town, channel).say(name);
	const hasArrived = () =>
		[first, second].every(({ ledger }) => ledger.slice(-10).some(({ object }) => object.endsWith(id))) &&
		channel.room.events.slice(-10).some(({ content }) => nameIn(content.body) === name);
	const moved = () => first.ledger.length + second.ledger.length + channel.room.events.length;
	while (!hasArrived()) {
		const before = moved();
		await until("the sides move on", () => hasArrived() || moved() > before);
	}
	await janeIn(town, channel).remove(id);
}

/** Resolves when every side shows what was acknowledged, and nothing else. */
async function agreed(town: Town, said: readonly Said[]): Promise<Sides> {
	const wanted = sorted(viewOf(said));
	let missing = "";
	const find = async () => {
		const sides = await sidesOf(town);
		const wrong = Object.entries(sides).flatMap(([name, { view }]) => differences(name, wanted, sorted(view)));
		missing = wrong.slice(0, 10).join(", ");
		return wrong.length === 0 && sides;
	};
	try {
		return await until("every side shows the same", find);
	} catch (error) {
		throw new Error(`The sides differ: ${missing}`, { cause: error });
	}
}

function differences(side: string, wanted: readonly string[], shown: readonly string[]): readonly string[] {
	const [all, here] = [new Set(wanted), new Set(shown)];
	return [
		...wanted.filter((text) => !here.has(text)).map((text) => `${side} lacks ${text}`),
		...shown.filter((text) => !all.has(text)).map((text) => `${side} still has ${text}`),
	];
}

/** All hear of what is said in the order of the channel; a room says itself in which order its own people spoke. */
function checkOrder(t: ExecutionContext, said: readonly Said[], { provider, first, second, room }: Sides): void {
	const inRoom = new Set(said.filter(({ by }) => by === "alice").map(({ name }) => name));
	const kept = ({ order }: Side, which: (name: string) => boolean = () => true) =>
		order.filter((name) => provider.view.has(name) && which(name));
	t.deepEqual(kept(first), kept(provider));
	t.deepEqual(kept(second), kept(provider));
	for (const which of [(name: string) => inRoom.has(name), (name: string) => !inRoom.has(name)])
		t.deepEqual(kept(room, which), kept(provider, which));
}

/** Nothing was told more often than it happened. */
async function checkCounts(t: ExecutionContext, { jane, channel, second }: Town, said: readonly Said[]): Promise<void> {
	const { events } = channel.room;
	const messages = await timelineOf(jane, channel.messages);
	for (const { name, version, deleted, reactions, by } of said) {
		if (deleted) continue;
		const wire = messages.find(({ content }) => content.text.includes(`${name} v`));
		t.is(
			wire?.reactions.reduce((sum, { count }) => sum + count, 0),
			reactions,
			`reactions to ${name} by ${by}`,
		);
		const original =
			events.find(({ type, content }) => type === "m.room.message" && content.body === `${name} v1`) ??
			events.find(({ type, content }) => type === "m.room.message" && String(content.body).startsWith(`${name} v`));
		const relations = events.filter(
			({ content }) => (content["m.relates_to"] as { event_id?: string } | undefined)?.event_id === original?.event_id,
		);
		t.is(relations.filter(({ type }) => type === "m.reaction").length, reactions, `reactions to ${name} in the room`);
		t.true(
			relations.filter(({ type }) => type === "m.room.message").length <= version - 1,
			`edits of ${name} in the room`,
		);
	}
	const edits = said.reduce((sum, { version }) => sum + version - 1, 0);
	t.true(editsIn(second.ledger).size <= edits, "no edit is told twice under two names");
}

/** Results of the long runs are kept beside the code that they belong to. */
function save(result: { readonly seed: number }): void {
	const folder = path.join(import.meta.dirname, "..", "results");
	const commit = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
	mkdirSync(folder, { recursive: true });
	writeFileSync(
		path.join(folder, `kills-${result.seed}.json`),
		`${JSON.stringify({ commit, ...result }, null, "\t")}\n`,
	);
}
