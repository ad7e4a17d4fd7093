import { randomUUID } from "node:crypto";
import test, { type ExecutionContext } from "ava";
import { until } from "../support/wait.ts";
import { type Federation, openFederation } from "./federation.ts";
import { janeIn } from "./people.ts";
import { nameIn, providerSide, roomSide, textOf, timelineOf } from "./views.ts";

/** The activities or events about one message, by name. */
type Pieces = Readonly<Record<"create" | "update" | "remove" | "react" | "unreact", unknown>>;

/** One of the two networks: creates the pieces of one message and sends them in the order of the test. */
interface Network {
	readonly name: string;
	pieces(name: string): Pieces;
	/** Resolves when all pieces were acknowledged. */
	send(pieces: readonly unknown[]): Promise<void>;
}

let federation: Federation;
let serial = 0;
let transactions = 0;

test.before(async () => {
	federation = await openFederation();
	// Events that the rooms push themselves would mix with those that the tests push.
	await until("everything is pushed", () => federation.homeserver.pusher.idle);
	federation.homeserver.pusher.pause();
});
test.after.always(async () => federation?.[Symbol.asyncDispose]());

const fediverse: Network = {
	name: "fediverse",
	pieces(name) {
		const { first: host, channel } = federation;
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
		const { first: host, provider } = federation;
		for (const piece of pieces) {
			const status = await host.send("bob", piece as Record<string, unknown>, `${provider.origin}/inbox`);
			if (status !== 202) throw new Error(`${JSON.stringify(piece)}: ${status}`);
		}
	},
};

const matrix: Network = {
	name: "Matrix",
	pieces(name) {
		const { alice, channel } = federation;
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
	/** Sends each piece in a transaction of its own, as late events arrive. */
	async send(pieces) {
		for (const piece of pieces) {
			const status = await federation.homeserver.pusher.push(String(1_000 + ++transactions), [piece]);
			if (status !== 200) throw new Error(`${JSON.stringify(piece)}: ${status}`);
		}
	},
};

interface Shown {
	readonly text: string | undefined;
	readonly reactions: number;
}

/** What the provider shows of a message. */
async function shownOf(name: string): Promise<Shown> {
	const { messages } = federation.channel;
	const found = (await timelineOf(federation.jane, messages)).filter(({ content }) => nameIn(content.text) === name);
	if (found.length > 1) throw new Error(`${name} is shown ${found.length} times`);
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
		title: "an update before the create is applied",
		order: ["update", "create"],
		shown: (name) => ({ text: textOf(name, 2), reactions: 0 }),
	},
	{
		title: "a delete before the create is applied",
		order: ["remove", "create"],
		shown: () => ({ text: undefined, reactions: 0 }),
	},
	{
		title: "an update and a delete before the create are applied",
		order: ["update", "remove", "create"],
		shown: () => ({ text: undefined, reactions: 0 }),
	},
	{
		title: "a reaction before its target is applied",
		order: ["react", "create"],
		shown: (name) => ({ text: textOf(name), reactions: 1 }),
	},
	{
		title: "the undo of a reaction before the reaction is applied",
		order: ["create", "unreact", "react"],
		shown: (name) => ({ text: textOf(name), reactions: 0 }),
	},
	{
		title: "the undo of a reaction before everything else is applied",
		order: ["unreact", "react", "create"],
		shown: (name) => ({ text: textOf(name), reactions: 0 }),
	},
	{
		title: "pieces that arrive three times and in the wrong order are applied once",
		order: ["react", "update", "create", "react", "update", "create", "create", "react", "update"],
		shown: (name) => ({ text: textOf(name, 2), reactions: 1 }),
	},
	{
		title: "a deleted message stays deleted when its pieces are repeated",
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
			// Waiting pieces are applied before the response, except in a rare race that the sweeper resolves.
			const wanted = shown(name);
			await until(
				`${name} is as it should be`,
				async () => JSON.stringify(await shownOf(name)) === JSON.stringify(wanted),
			).catch(() => {});
			t.deepEqual(await shownOf(name), wanted);
		});

/** Waits for a message of jane's in the room, which arrives after everything posted before it. */
async function marker(t: ExecutionContext): Promise<void> {
	const name = `m${++serial}`;
	await janeIn(federation, federation.channel).post(name);
	await until("the marker is in the room", () => roomSide(federation.channel.room.events).view.has(name));
	t.pass();
}

const message = (name: string): Record<string, unknown> => matrix.pieces(name).create as Record<string, unknown>;

test("an event is imported once: when its transaction is repeated, renumbered, split differently, or its number is reused", async (t) => {
	const { pusher } = federation.homeserver;
	const names = Array.from({ length: 4 }, () => `m${++serial}`);
	const [one, two, three, four] = names.map(message);
	t.is(await pusher.push("1", [one, two]), 200);
	t.is(await pusher.push("1", [one, two]), 200);
	t.is(await pusher.push("2", [one, two]), 200);
	t.is(await pusher.push("3", [two, three]), 200);
	t.is(await pusher.push("1", [four]), 200, "a used number with a new event");
	const { view, duplicates } = await providerSide(federation.jane, federation.channel.messages);
	for (const name of names) t.true(view.has(name));
	t.deepEqual(duplicates, []);
	await marker(t);
});

test("an invalid event is ignored, and the events beside and after it are imported", async (t) => {
	const { pusher } = federation.homeserver;
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
		{ ...message("stranger"), sender: "no user id" },
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
	const { view } = await providerSide(federation.jane, federation.channel.messages);
	for (const name of names) t.true(view.has(name));
	await marker(t);
});
