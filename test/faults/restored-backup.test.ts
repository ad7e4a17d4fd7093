import { copyFileSync, rmSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import test from "ava";
import { listenTo } from "../realtime/event-client.ts";
import { until } from "../support/wait.ts";
import { openFederation } from "./federation.ts";
import { aliceIn, janeIn } from "./people.ts";
import { fediverseSide, roomSide, textOf } from "./views.ts";

test("after a backup is restored, no id is given out again: new messages, edits, likes and deletions arrive as what they are", async (t) => {
	await using federation = await openFederation();
	const { provider, first, timeline, channel, jane } = federation;
	const database = path.join(provider.dataDir, "causeway.db");
	const backup = path.join(provider.dataDir, "backup.db");
	const person = janeIn(federation, timeline);
	const inGroup = janeIn(federation, channel);
	const everywhere = (text: string) =>
		until(`${text} is everywhere`, () => {
			const [name = ""] = text.split(" ");
			return [timeline, channel].every(
				(place) =>
					roomSide(place.room.events).view.get(name) === text &&
					fediverseSide(first.ledger, place.actor).view.get(name) === text,
			);
		});
	const inBoth = async (name: string) => Promise.all([person.post(name), inGroup.post(name)]);

	const [m1, g1] = await inBoth("m1");
	await everywhere(textOf("m1"));
	const early = await listenTo(`${provider.origin}/api/events`, jane.token);
	await until("the stream has a position", () => early.lastId);
	{
		using source = new DatabaseSync(database);
		source.exec(`VACUUM INTO '${backup}'`);
	}
	const [m2] = await inBoth("m2");
	await everywhere(textOf("m2"));
	await until("the stream has the lost message", () => early.events.length > 0);
	const late = early.lastId as string;
	await person.edit(m2, "m2", 2);
	await until("the edit is there", () => roomSide(timeline.room.events).view.get("m2") === textOf("m2", 2));
	const lost = first.ledger.filter(({ id }) => id.startsWith(provider.origin)).map(({ id }) => id);
	t.true(lost.length > 0);

	await provider.kill9();
	for (const end of ["", "-wal", "-shm"]) rmSync(`${database}${end}`, { force: true });
	copyFileSync(backup, database);
	await t.throwsAsync(provider.restart(), undefined, "a start on an older store is refused");
	const refused = await t.throwsAsync(provider.cli("user", "add", "joe"));
	t.regex(String((refused as { stderr?: string }).stderr), /is older than the database that was used here last/);
	t.regex(await provider.cli("restore"), /begun a new epoch/);
	await provider.restart();

	const arrivedBefore = first.ledger.length;
	// As many events as were lost, of other kinds, so that they get the places of the lost ones.
	await person.edit(m1, "m1", 2);
	await inGroup.edit(g1, "m1", 2);
	await everywhere(textOf("m1", 2));
	const [m3, g3] = await inBoth("m3");
	await everywhere(textOf("m3"));
	await person.edit(m3, "m3", 2);
	await inGroup.edit(g3, "m3", 2);
	await everywhere(textOf("m3", 2));
	t.is(roomSide(timeline.room.events).view.get("m2"), textOf("m2", 2), "nothing of the lost past was overwritten");
	await aliceIn(federation, timeline).post("m4");
	await person.remove(m3);
	await until("the deletion arrived", () => !roomSide(timeline.room.events).view.has("m3"));

	const fresh = first.ledger.slice(arrivedBefore).map(({ id }) => id);
	t.deepEqual(
		fresh.filter((id) => lost.includes(id)),
		[],
	);
	for (const id of fresh.filter((text) => text.includes("/activities/"))) t.regex(id, /~[0-9a-z]{8}/);

	const accept = { headers: { accept: "application/activity+json" } };
	const create = lost.find((id) => id.includes(`${timeline.channel}-1`) && !id.includes("~")) as string;
	t.is((await fetch(create, accept)).status, 200, "an id that was given out before the backup is still valid");
	const statuses = await Promise.all(
		lost.filter((id) => id.includes(`${timeline.channel}-`)).map(async (id) => [id, (await fetch(id, accept)).status]),
	);
	t.true(
		statuses.some(([, status]) => status === 404),
		"a lost one is not found, rather than something else",
	);

	for (const token of [late]) {
		const stream = await listenTo(`${provider.origin}/api/events`, jane.token, { "last-event-id": token });
		await stream.atLeast(1);
		t.is(stream.events[0]?.event, "reset");
		stream.kill();
	}
});
