import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import test, { type ExecutionContext } from "ava";
import { seededRandom } from "../support/random.ts";
import { until } from "../support/wait.ts";
import { type Federation, openFederation } from "./federation.ts";
import { aliceIn, janeIn, remoteIn, waitingForPush } from "./people.ts";
import { editsIn, fediverseSide, nameIn, providerSide, repeats, roomSide, type Side, timelineOf } from "./views.ts";
import { type PostedMessage, startWriter, viewOf } from "./writer.ts";

const long = process.env.CAUSEWAY_LONG === "1";
const kills = long ? 200 : 10;
/** The number of POSTs in flight to one host: those that are sent, and not yet removed from its lane. */
const socketsEach = 2;

test(`${kills} power losses under load lose and duplicate nothing`, async (t) => {
	const random = seededRandom();
	t.log(`seed ${random.seed}: CAUSEWAY_TEST_SEED=${random.seed} makes the same choices`);
	await using federation = await openFederation();
	const readyAfter: number[] = [];
	let serial = 0;
	const nextName = () => `m${++serial}`;
	const { channel } = federation;
	const writers = Object.entries({
		jane: janeIn(federation, channel),
		bob: remoteIn(federation, channel, federation.first, "bob"),
		alice: waitingForPush(aliceIn(federation, channel), federation),
	}).map(([name, person]) => startWriter(name, person, random, nextName));
	for (let i = 0; i < kills; i++) {
		await new Promise((resolve) => setTimeout(resolve, random.integer(0, 1500)));
		await federation.provider.kill9();
		await federation.provider.restart();
		readyAfter.push(federation.provider.readyAfterMs);
	}
	await Promise.all(writers.map((writer) => writer.stop()));
	const posted = writers.flatMap((writer) => writer.posted);
	await marker(federation, nextName());

	const sides = await agreed(federation, posted);
	for (const [name, side] of Object.entries(sides)) t.deepEqual(side.duplicates, [], name);
	checkOrder(t, posted, sides);
	await checkCounts(t, federation, posted);
	const repeated = [federation.first, federation.second].map(({ ledger }) => repeats(ledger));
	for (const count of repeated) t.true(count <= kills * socketsEach, `${count} POSTs were repeated`);

	t.is(await federation.provider.stop(), 0);
	const database = new DatabaseSync(path.join(federation.provider.dataDir, "causeway.db"));
	t.deepEqual({ ...database.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
	database.close();

	const sorted = readyAfter.toSorted((a, b) => a - b);
	const result = {
		seed: random.seed,
		kills,
		messages: posted.length,
		edits: posted.reduce((sum, { version }) => sum + version - 1, 0),
		deletions: posted.filter(({ deleted }) => deleted).length,
		reactions: posted.reduce((sum, { reactions }) => sum + reactions, 0),
		lost: posted.filter(({ name, deleted }) => !deleted && !Object.values(sides).every(({ view }) => view.has(name)))
			.length,
		duplicates: Object.values(sides).flatMap(({ duplicates }) => duplicates).length,
		repeatedPosts: repeated,
		readyAfterMs: { median: sorted[sorted.length >> 1], most: sorted.at(-1) },
	};
	t.log(result);
	if (long) save(result);
});

const sidesOf = async ({ jane, channel, first, second }: Federation) => ({
	provider: await providerSide(jane, channel.messages),
	first: fediverseSide(first.ledger, channel.actor),
	second: fediverseSide(second.ledger, channel.actor),
	room: roomSide(channel.room.events),
});
type Sides = Awaited<ReturnType<typeof sidesOf>>;

const sorted = (view: ReadonlyMap<string, string>): readonly string[] => [...view.values()].toSorted();

/** Posts a last message and resolves when it has arrived on every side. Any progress extends the time limit. */
async function marker(federation: Federation, name: string): Promise<void> {
	const { first, second, channel } = federation;
	const id = await janeIn(federation, channel).post(name);
	const hasArrived = () =>
		[first, second].every(({ ledger }) => ledger.slice(-10).some(({ object }) => object.endsWith(id))) &&
		channel.room.events.slice(-10).some(({ content }) => nameIn(content.body) === name);
	const moved = () => first.ledger.length + second.ledger.length + channel.room.events.length;
	while (!hasArrived()) {
		const before = moved();
		await until("the sides make progress", () => hasArrived() || moved() > before);
	}
	await janeIn(federation, channel).remove(id);
}

/** Resolves when every side shows what was acknowledged, and nothing else. */
async function agreed(federation: Federation, posted: readonly PostedMessage[]): Promise<Sides> {
	const wanted = sorted(viewOf(posted));
	let missing = "";
	const find = async () => {
		const sides = await sidesOf(federation);
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

/** Every side has the order of the channel, except that a room keeps its own order between its own messages and ours. */
function checkOrder(
	t: ExecutionContext,
	posted: readonly PostedMessage[],
	{ provider, first, second, room }: Sides,
): void {
	const inRoom = new Set(posted.filter(({ by }) => by === "alice").map(({ name }) => name));
	const kept = ({ order }: Side, which: (name: string) => boolean = () => true) =>
		order.filter((name) => provider.view.has(name) && which(name));
	t.deepEqual(kept(first), kept(provider));
	t.deepEqual(kept(second), kept(provider));
	for (const which of [(name: string) => inRoom.has(name), (name: string) => !inRoom.has(name)])
		t.deepEqual(kept(room, which), kept(provider, which));
}

/** No edit or reaction was delivered more often than it happened. */
async function checkCounts(
	t: ExecutionContext,
	{ jane, channel, second }: Federation,
	posted: readonly PostedMessage[],
): Promise<void> {
	const { events } = channel.room;
	const messages = await timelineOf(jane, channel.messages);
	for (const { name, version, deleted, reactions, by } of posted) {
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
	const edits = posted.reduce((sum, { version }) => sum + version - 1, 0);
	t.true(editsIn(second.ledger).size <= edits, "no edit is delivered under two ids");
}

/** Results of the long runs are kept in the repository. */
function save(result: { readonly seed: number }): void {
	const folder = path.join(import.meta.dirname, "..", "results");
	const commit = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
	mkdirSync(folder, { recursive: true });
	writeFileSync(
		path.join(folder, `kills-${result.seed}.json`),
		`${JSON.stringify({ commit, ...result }, null, "\t")}\n`,
	);
}
