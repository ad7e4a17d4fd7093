import test from "ava";
import { foldsOf } from "#core/catalogue/folds.ts";
import { migrate, migrations } from "#core/catalogue/migrations.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { editMessage } from "#core/messages/edit-message.ts";
import { eraseLateTexts } from "#core/messages/erase-late-texts.ts";
import { messages } from "#core/messages/message.ts";
import { messageTags } from "#core/messages/tags.ts";
import type { Account } from "#core/model/account.ts";
import type { Message } from "#core/model/message.ts";
import type { Draft, LogEvent, Store } from "#core/ports/store.ts";
import { type Core, openCore } from "../../support/core.ts";

const going = new AbortController().signal;
const name = "texts-of-deleted-messages";

type Place = Awaited<ReturnType<Core["timeline"]>>;

/** Appends an event as earlier versions did, which presumed nothing. */
const append = ({ context }: Core, draft: Omit<Draft, "pending">) =>
	context.store.append({ ...draft, pending: [] }, { folds: foldsOf });

const lateEdit = (core: Core, { id, channel, author }: Message, rest: object = {}) =>
	append(core, {
		stream: channel,
		type: "message.edited",
		actor: author,
		body: { message: id, content: { text: "secret", mime: "text/plain" }, tags: [], mentions: [], ...rest },
	});

/** What earlier versions may have left behind the deletion of a message; each returns a message that is deleted. */
const remains: Readonly<Record<string, (core: Core, author: Account, place: Place) => Promise<Message>>> = {
	async "one edit"(core, author, place) {
		const message = await deleted(core, author, place);
		await lateEdit(core, message);
		return message;
	},
	async "an edit of each part"(core, author, place) {
		const message = await deleted(core, author, place);
		await lateEdit(core, message, {
			content: { text: "", mime: "text/plain", title: "secret", summary: "secret" },
			warning: "secret",
			metadata: [{ schema: "s", version: "1", data: "secret" }],
			raw: { content: "secret" },
		});
		return message;
	},
	async "an edit with tags, which came back into the index"(core, author, place) {
		const message = await deleted(core, author, place, { tags: ["secret0"] });
		await lateEdit(core, message, { tags: ["secret1", "secret2"], tagged: 1 });
		await lateEdit(core, message, { tags: ["secret3"], tagged: 1 });
		return message;
	},
	async "an edit of a reply"(core, author, place) {
		const parent = await core.post(author, place, "a parent");
		const message = await deleted(core, author, place, { replyTo: parent.id });
		await lateEdit(core, message);
		return message;
	},
	async "more edits than are read together"(core, author, place) {
		const message = await deleted(core, author, place);
		await Promise.all(Array.from({ length: 1100 }, () => lateEdit(core, message)));
		return message;
	},
	async "the text itself and an edit, since the deletion emptied nothing"(core, author, place) {
		const message = await core.post(author, place, "secret");
		const edited = await editMessage(core.context, author, message, { content: { text: "secret too" } });
		const body = { message: message.id };
		await append(core, { stream: message.channel, type: "message.deleted", actor: author.id, body });
		return edited;
	},
};

async function deleted(core: Core, author: Account, place: Place, rest: Parameters<Core["post"]>[3] = {}) {
	const message = await core.post(author, place, "secret", rest);
	await editMessage(core.context, author, message, { content: { text: "secret too" } });
	await deleteMessage(core.context, author, place, message);
	return message;
}

async function eventsOf({ context }: Core, stream: string): Promise<readonly LogEvent[]> {
	const events: LogEvent[] = [];
	for (;;) {
		const page = await context.store.events(stream, events.length, 500);
		events.push(...page);
		if (page.length < 500) return events;
	}
}

/** Data of an earlier version: a channel in which a message was deleted, between others. */
async function oldData(core: Core, leave: (typeof remains)[string]) {
	const author = await core.person("jane");
	const place = await core.timeline(author);
	const before = await core.post(author, place, "still here");
	const gone = await leave(core, author, place);
	const kept = await core.post(author, place, "at first");
	await editMessage(core.context, author, kept, { content: { text: "also here" }, tags: ["kept"] });
	return { author, place, before, gone, kept };
}

/** The methods of a store that write. */
const writes = ["insert", "insertMissing", "replace", "append"] as const;

/** A context whose process ends after so many writes: the last one is durable, but is not known to be. */
function endingAfter(core: Core, count: number): IdentityContext {
	let left = count;
	const ending = <F extends (...args: never[]) => Promise<unknown>>(write: F) =>
		(async (...args: Parameters<F>) => {
			if (left <= 0) throw new Error("ended");
			left -= 1;
			const written = await write(...args);
			if (left === 0) throw new Error("ended");
			return written;
		}) as unknown as F;
	const { store, log } = core.context;
	const written = Object.fromEntries(writes.map((key) => [key, ending(store[key].bind(store) as never)]));
	const wrapped = new Proxy(store, {
		get: (target, key) => written[key as string] ?? Reflect.get(target, key, target),
	}) as Store;
	return { ...core.context, store: wrapped, log: { append: ending(log.append.bind(log)) as typeof log.append } };
}

for (const [left, leave] of Object.entries(remains))
	test(`after the migration nothing is left of the text of a deleted message, where earlier versions left ${left}`, async (t) => {
		const core = await openCore(t);
		const { context } = core;
		await migrate(context, going);
		await context.store.delete(migrations, name);
		const { place, before, gone, kept } = await oldData(core, leave);
		const { id: channel } = place.channel;
		const tombstone = (await context.store.get(messages, gone.id))?.doc;
		t.true(JSON.stringify(await eventsOf(core, channel)).includes("secret"));

		let starts = 0;
		const isDone = async () => "doneAt" in ((await context.store.get(migrations, name))?.doc ?? {});
		for (; starts < 20 && !(await isDone()); starts++)
			await migrate(endingAfter(core, 1), going).catch((error: Error) => t.is(error.message, "ended"));
		t.true(await isDone());
		t.true(starts >= 2, "it was interrupted after each step");

		const events = await eventsOf(core, channel);
		t.deepEqual(
			events.filter((event) => JSON.stringify(event).includes("secret")),
			[],
		);
		t.deepEqual(events.at(-1)?.pending, [], "there is nothing to deliver");
		const tags = await context.store.page(messageTags, { order: "asc", limit: 100 });
		t.deepEqual(
			tags.map(({ doc }) => doc.tag).filter((tag) => tag !== undefined),
			["kept"],
		);
		t.deepEqual((await context.store.get(messages, gone.id))?.doc, tombstone);
		t.is((await context.store.get(messages, before.id))?.doc.content.text, "still here");
		t.is((await context.store.get(messages, kept.id))?.doc.content.text, "also here");
		t.true(events.some((event) => event.type === "message.edited" && JSON.stringify(event.body).includes("also here")));
		await core.settled();

		const head = await context.store.head(channel);
		await context.store.delete(migrations, name);
		await migrate(context, going);
		t.is(await context.store.head(channel), head, "what is erased is left alone");
	});

test("an interrupted search for texts of deleted messages goes on at its bookmark and reads no channel without deleted messages", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const leave = remains["more edits than are read together"] as (typeof remains)[string];
	const { place } = await oldData(core, leave);
	const rob = await core.person("rob");
	await core.post(rob, await core.timeline(rob), "untouched");
	const read: string[] = [];
	const store = new Proxy(context.store, {
		get(target, key) {
			if (key !== "events") return Reflect.get(target, key, target);
			return (stream: string, after: number, limit: number) => {
				read.push(`${stream}/${after}`);
				return target.events(stream, after, limit);
			};
		},
	}) as Store;
	const kept: string[] = [];
	const keep = async (at: string) => {
		kept.push(at);
		if (kept.length === 2) throw new Error("ended");
	};
	await t.throwsAsync(eraseLateTexts({ ...context, store }, going, { at: undefined, keep }), { message: "ended" });
	const { id } = place.channel;
	t.deepEqual(read, [`${id}/1`, `${id}/501`]);
	t.deepEqual(kept, [`${id}/501`, `${id}/1001`]);
	await eraseLateTexts({ ...context, store }, going, { at: kept.at(-1), keep: async () => {} });
	t.deepEqual(read.slice(2), [`${id}/1001`]);
	t.false(JSON.stringify(await eventsOf(core, id)).includes("secret"));
});

test("the search for texts of deleted messages ends when it is told to", async (t) => {
	const core = await openCore(t);
	const ended = AbortSignal.abort(new Error("stop"));
	const bookmark = { at: undefined, keep: async () => t.fail() };
	await t.throwsAsync(eraseLateTexts(core.context, ended, bookmark), { message: "stop" });
});
