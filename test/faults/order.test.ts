import { randomUUID } from "node:crypto";
import test, { type ExecutionContext } from "ava";
import { until } from "../support/wait.ts";
import { janeIn } from "./people.ts";
import { openTown, type Town } from "./town.ts";
import { nameIn, providerSide, roomSide, textOf, timelineOf } from "./views.ts";

/** What is sent on one side and means something only together with what it speaks of, by its name. */
type Pieces = Readonly<Record<"create" | "update" | "remove" | "react" | "unreact", unknown>>;

/** One of the two networks: makes the pieces of one message, and sends them in the order that a test wants. */
interface Network {
	readonly name: string;
	pieces(name: string): Pieces;
	/** Resolves when all were acknowledged. */
	send(pieces: readonly unknown[]): Promise<void>;
}

let town: Town;
let serial = 0;
let transactions = 0;

test.before(async () => {
	town = await openTown();
	// What the rooms push by themselves would mix with what the tests push.
	await until("everything is pushed", () => town.homeserver.pusher.idle);
	town.homeserver.pusher.pause();
});
test.after.always(async () => town?.[Symbol.asyncDispose]());

const fediverse: Network = {
	name: "fediverse",
	pieces(name) {
		const { first: host, channel } = town;
		const mint = (kind: string) => `${host.origin}/${kind}/${randomUUID()}`;
		const id = mint("notes");
		const like = { id: mint("likes"), type: "Like", object: id };
		const addressed = {
			to: ["https://www.w3.org/ns/activitystreams#Public"],
			cc: [channel.actor],
			audience: channel.actor,
		};
		const note = (version: number) => ({
			id,
			type: "Note",
			attributedTo: host.actor("bob"),
			content: textOf(name, version),
			...addressed,
		});
		return {
			create: { id: mint("creates"), type: "Create", ...addressed, object: note(1) },
			update: { id: mint("updates"), type: "Update", ...addressed, object: note(2) },
			remove: { id: mint("deletes"), type: "Delete", ...addressed, object: { id, type: "Tombstone" } },
			react: like,
			unreact: { id: mint("undos"), type: "Undo", object: { ...like, actor: host.actor("bob") } },
		};
	},
	async send(pieces) {
		const { first: host, provider } = town;
		for (const piece of pieces) {
			const status = await host.send("bob", piece as Record<string, unknown>, `${provider.origin}/inbox`);
			if (status !== 202) throw new Error(`${JSON.stringify(piece)}: ${status}`);
		}
	},
};

const matrix: Network = {
	name: "Matrix",
	pieces(name) {
		const { alice, channel } = town;
		const event = (type: string, content: object) => ({
			type,
			event_id: `$${randomUUID()}`,
			room_id: channel.room.id,
			sender: alice,
			origin_server_ts: Date.now(),
			content,
		});
		const text = (version: number) => ({ msgtype: "m.text", body: textOf(name, version) });
		const create = event("m.room.message", text(1));
		const { event_id } = create;
		const react = event("m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id, key: "🎉" } });
		return {
			create,
			update: event("m.room.message", {
				...text(2),
				"m.new_content": text(2),
				"m.relates_to": { rel_type: "m.replace", event_id },
			}),
			remove: event("m.room.redaction", { redacts: event_id }),
			react,
			unreact: event("m.room.redaction", { redacts: react.event_id }),
		};
	},
	/** Each in a transaction of its own, as they come when they come late. */
	async send(pieces) {
		for (const piece of pieces) {
			const status = await town.homeserver.pusher.push(String(1_000 + ++transactions), [piece]);
			if (status !== 200) throw new Error(`${JSON.stringify(piece)}: ${status}`);
		}
	},
};

interface Shown {
	readonly text: string | undefined;
	readonly reactions: number;
}

/** What the provider shows of a message when all that was acknowledged has had its effect. */
async function shownOf(name: string): Promise<Shown> {
	const { messages } = town.channel;
	const found = (await timelineOf(town.jane, messages)).filter(({ content }) => nameIn(content.text) === name);
	if (found.length > 1) throw new Error(`${name} is there ${found.length} times`);
	const [message] = found;
	return {
		text: message?.content.text.replace(/<[^>]+>/g, ""),
		reactions: message?.reactions.reduce((sum, { count }) => sum + count, 0) ?? 0,
	};
}

type Piece = keyof Pieces;
const cases: readonly {
	readonly title: string;
	readonly order: readonly Piece[];
	readonly shown: (name: string) => Shown;
}[] = [
	{
		title: "update before create",
		order: ["update", "create"],
		shown: (name) => ({ text: textOf(name, 2), reactions: 0 }),
	},
	{ title: "delete before create", order: ["remove", "create"], shown: () => ({ text: undefined, reactions: 0 }) },
	{
		title: "update and delete before create",
		order: ["update", "remove", "create"],
		shown: () => ({ text: undefined, reactions: 0 }),
	},
	{
		title: "a reaction before its target",
		order: ["react", "create"],
		shown: (name) => ({ text: textOf(name), reactions: 1 }),
	},
	{
		title: "the undo of a reaction before the reaction",
		order: ["create", "unreact", "react"],
		shown: (name) => ({ text: textOf(name), reactions: 0 }),
	},
	{
		title: "the undo of a reaction before all",
		order: ["unreact", "react", "create"],
		shown: (name) => ({ text: textOf(name), reactions: 0 }),
	},
	{
		title: "everything three times, the last first",
		order: ["react", "update", "create", "react", "update", "create", "create", "react", "update"],
		shown: (name) => ({ text: textOf(name, 2), reactions: 1 }),
	},
	{
		title: "what was deleted, all over again",
		order: ["create", "update", "remove", "create", "update", "react", "remove"],
		shown: () => ({ text: undefined, reactions: 0 }),
	},
];

for (const network of [fediverse, matrix])
	for (const { title, order, shown } of cases)
		test(`${network.name}: ${title}`, async (t) => {
			const name = `m${++serial}`;
			const pieces = network.pieces(name);
			await network.send(order.map((piece) => pieces[piece]));
			// What waited is taken up before the answer, but for the rare race that the sweeper settles.
			const wanted = shown(name);
			await until(
				`${name} is as it should be`,
				async () => JSON.stringify(await shownOf(name)) === JSON.stringify(wanted),
			).catch(() => {});
			t.deepEqual(await shownOf(name), wanted);
		});

/** Jane's marker comes to a room and to the second host behind everything that was said before it. */
async function marker(t: ExecutionContext): Promise<void> {
	const name = `m${++serial}`;
	await janeIn(town, town.channel).say(name);
	await until("the marker is in the room", () => roomSide(town.channel.room.events).view.has(name));
	t.pass();
}

const message = (name: string): Record<string, unknown> => matrix.pieces(name).create as Record<string, unknown>;

test("a transaction is taken once: repeated, under another number, cut in another way, and after the numbers start again", async (t) => {
	const { pusher } = town.homeserver;
	const names = Array.from({ length: 4 }, () => `m${++serial}`);
	const [one, two, three, four] = names.map(message);
	t.is(await pusher.push("1", [one, two]), 200);
	t.is(await pusher.push("1", [one, two]), 200);
	t.is(await pusher.push("2", [one, two]), 200);
	t.is(await pusher.push("3", [two, three]), 200);
	t.is(await pusher.push("1", [four]), 200, "a number that was used, for something new");
	const { view, doubled } = await providerSide(town.jane, town.channel.messages);
	for (const name of names) t.true(view.has(name));
	t.deepEqual(doubled, []);
	await marker(t);
});

test("an event that makes no sense is left out: those beside it and behind it are taken", async (t) => {
	const { pusher } = town.homeserver;
	const names = Array.from({ length: 3 }, () => `m${++serial}`);
	const [before, after, next] = names.map(message);
	const strange = (content: unknown) => ({ ...message("strange"), content });
	let deep: unknown = "deep";
	for (let i = 0; i < 60; i++) deep = [deep];
	const poison = [
		null,
		17,
		"text",
		[],
		{},
		{ event_id: 1, type: 2, room_id: 3, sender: 4 },
		{ ...message("stranger"), sender: "nobody" },
		{ ...message("nowhere"), room_id: "!unknown:hs.test" },
		strange(null),
		strange("text"),
		strange({ msgtype: 5, body: [] }),
		strange({ msgtype: "m.text", body: { a: 1 }, format: "org.matrix.custom.html", formatted_body: 7 }),
		strange({ msgtype: "m.text", body: "x", "m.relates_to": "nothing" }),
		strange({ msgtype: "m.text", body: "x", "m.relates_to": { rel_type: "m.replace", event_id: 5 } }),
		strange({ msgtype: "m.text", body: "\u0000\ud800", deep }),
		{ ...message("late"), origin_server_ts: "yesterday" },
	];
	t.is(await pusher.push("50", [before, ...poison, after]), 200);
	t.is(await pusher.push("51", [next]), 200);
	const { view } = await providerSide(town.jane, town.channel.messages);
	for (const name of names) t.true(view.has(name));
	await marker(t);
});
