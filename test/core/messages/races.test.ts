import test from "ava";
import { joinGroup } from "#core/access/join-channel.ts";
import { accountById } from "#core/accounts/find-account.ts";
import { appendAccountDeletion } from "#core/erasure/delete-account.ts";
import { Problem } from "#core/errors.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { createGroup } from "#core/groups/create-group.ts";
import { memberships } from "#core/groups/membership.ts";
import type { ChannelId } from "#core/ids.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { editMessage } from "#core/messages/edit-message.ts";
import { messages } from "#core/messages/message.ts";
import type { Account } from "#core/model/account.ts";
import { type Message, maxReactionKeys } from "#core/model/message.ts";
import type { LogEvent } from "#core/ports/store.ts";
import { react, unreact } from "#core/reactions/react.ts";
import { type Core, openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

/** The writes that presume a message, each of a text of its own, as the ledger knows it. */
const writes: Readonly<Record<string, (scene: Scene, text: string) => Promise<unknown>>> = {
	"an edit": ({ core, author, message }, text) => editMessage(core.context, author, message, { content: { text } }),
	"an edit of its tags": ({ core, author, message }, text) =>
		editMessage(core.context, author, message, { tags: [text] }),
	"a reaction": ({ core, author, message, place }, text) =>
		react(core.context, author, place, message, { key: text, unicode: text }),
};

interface Scene {
	readonly core: Core;
	readonly author: Account;
	readonly place: Awaited<ReturnType<Core["timeline"]>>;
	readonly message: Message;
}

async function sceneOf(core: Core, author: Account): Promise<Scene> {
	const place = await core.timeline(author);
	return { core, author, place, message: await core.post(author, place, "the first text") };
}

async function allEvents({ context }: Core, stream: ChannelId): Promise<readonly LogEvent[]> {
	const events: LogEvent[] = [];
	for (;;) {
		const page = await context.store.events(stream, events.length, 500);
		events.push(...page);
		if (page.length < 500) return events;
	}
}

const outcomeOf = async (work: Promise<unknown>): Promise<string> =>
	work.then(
		() => "done",
		(error: unknown) => (error instanceof Problem ? error.errorCode : String(error)),
	);

for (const [name, write] of Object.entries(writes))
	test(`of a deletion and what races it, ${name} that was accepted came before, and none of the texts stays`, async (t) => {
		const core = await openCore(t);
		const author = await core.person("jane");
		const rounds = 40;
		for (let round = 0; round < rounds; round++) {
			const scene = await sceneOf(core, author);
			const texts = Array.from({ length: 6 }, (_, n) => `secret-${round}-${n}`);
			const deleteAfter = round % 6;
			const ledger: Promise<string>[] = [];
			let deletion: Promise<void> | undefined;
			for (const [n, text] of texts.entries()) {
				if (n === deleteAfter) deletion = deleteMessage(core.context, author, scene.place, scene.message);
				ledger.push(outcomeOf(write(scene, text)));
				if (round % 2 === 1) await new Promise(setImmediate);
			}
			await deletion;
			const outcomes = await Promise.all(ledger);
			for (const outcome of outcomes) t.true(["done", "already_deleted"].includes(outcome), outcome);
			const about = (await allEvents(core, scene.place.channel.id)).filter(({ body }) =>
				JSON.stringify(body).includes(scene.message.id),
			);
			const end = about.findIndex(({ type }) => type === "message.deleted");
			t.is(end, about.length - 1, "nothing is appended about a deleted message");
			t.is(
				about.filter(({ type }) => type === "message.edited" || type === "reaction.added").length,
				outcomes.filter((outcome) => outcome === "done").length,
			);
			const bodies = JSON.stringify(about.filter(({ type }) => type.startsWith("message.")));
			t.false(/secret-|the first text/.test(bodies), bodies);
			t.is(await outcomeOf(write(scene, "too late")), "already_deleted");
		}
	});

test("of two concurrent edits of different fields, both are kept", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const author = await core.person("jane");
	const { message } = await sceneOf(core, author);
	await Promise.all([
		editMessage(context, author, message, { content: { text: "the second text" } }),
		editMessage(context, author, message, { tags: ["second"] }),
	]);
	const now = (await context.store.get(messages, message.id))?.doc;
	t.is(now?.content.text, "the second text");
	t.deepEqual(now?.tags, ["second"]);
});

test("concurrent reactions never exceed the number of different ones", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const author = await core.person("jane");
	const { message, place } = await sceneOf(core, author);
	const keys = Array.from({ length: maxReactionKeys + 5 }, (_, n) => `:emoji${n}:`);
	const outcomes = await Promise.all(keys.map((key) => outcomeOf(react(context, author, place, message, { key }))));
	t.is(outcomes.filter((outcome) => outcome === "done").length, maxReactionKeys);
	t.is(outcomes.filter((outcome) => outcome === "too_many_reactions").length, 5);
	t.is((await context.store.get(messages, message.id))?.doc.reactions.length, maxReactionKeys);
});

test("a reaction to a deleted message can still be withdrawn", async (t) => {
	const core = await openCore(t);
	const author = await core.person("jane");
	const { message, place } = await sceneOf(core, author);
	await react(core.context, author, place, message, { key: "👍" });
	await deleteMessage(core.context, author, place, message);
	t.deepEqual(await unreact(core.context, author, message, "👍"), { changed: true });
});

/** What an account may be doing while it is deleted. */
const doings: Readonly<Record<string, (scene: Scene, other: Scene) => Promise<unknown>>> = {
	"a post": ({ core, author, place }) => core.post(author, place, "secret"),
	"a reply": ({ core, author }, { place, message }) => core.post(author, place, "secret", { replyTo: message.id }),
	"an edit": ({ core, author, message }) => editMessage(core.context, author, message, { content: { text: "secret" } }),
	"a reaction": ({ core, author }, other) => react(core.context, author, other.place, other.message, { key: "secret" }),
	"a join": ({ core, author }, { place }) => joinGroup(core.context, place.group, author),
	"a new group": ({ core, author }) => createGroup(core.context, author, { name: "secret" }, {}),
	"a new group with a channel": async ({ core, author }) => {
		const { group } = await createGroup(core.context, author, { name: "secret" }, {});
		return createChannel(core.context, author, group, { name: "secret" }, {});
	},
};

for (const [name, doing] of Object.entries(doings))
	test(`of ${name} that races the deletion of its account, nothing stays`, async (t) => {
		const core = await openCore(t);
		const mine = await sceneOf(core, await core.person("jane"));
		const theirs = await sceneOf(core, await core.person("rob"));
		const first = outcomeOf(doing(mine, theirs));
		const deletion = appendAccountDeletion(core.context, mine.author);
		const rest = [];
		for (let n = 0; n < 5; n++) {
			await new Promise(setImmediate);
			rest.push(outcomeOf(doing(mine, theirs)));
		}
		await deletion;
		const outcomes = await Promise.all([first, ...rest]);
		for (const outcome of outcomes)
			t.true(["done", "invalid_token", "already_deleted", "permission_denied"].includes(outcome), outcome);
		await core.settled();
		t.not(await outcomeOf(doing(mine, theirs)), "done");
		const left = await core.context.store.page(messages, {
			index: "author",
			prefix: [mine.author.id],
			order: "asc",
			limit: 9,
		});
		t.deepEqual(left, []);
		const joined = { index: "account", prefix: [mine.author.id, "grp", "joined"], order: "asc", limit: 9 } as const;
		t.deepEqual(await core.context.store.page(memberships, joined), []);
		t.true((await accountById(core.context, mine.author.id))?.deletedAt !== undefined);
	});

const content = (text: string) => ({ text, mime: "text/plain" }) as const;

for (const ending of ["removal", "gone"] as const)
	test(`of what a remote person writes while their ${ending} is received, no text stays`, async (t) => {
		const fedi = createFakeBridge("fedi");
		const core = await openCore(t, [fedi]);
		const jane = await core.person("jane");
		const timeline = await core.timeline(jane);
		const first = await core.post(jane, timeline, "the topic");
		for (let round = 0; round < 15; round++) {
			const sender = fedi.person(`bob${round}`);
			const basics = (id: string) => ({ id: `${sender.id}#${id}`, sender, raw: { text: `secret ${id}` } });
			const note = `${sender.id}/note`;
			const posted = await core.incoming.receive(fedi.name, [
				{
					kind: "message",
					...basics("post"),
					message: note,
					replyTo: { local: first.id },
					place: { kind: "timeline" },
					type: "memo",
					content: content("secret"),
				},
			]);
			t.is(posted[0]?.status, "accepted");
			const edit = (n: number) =>
				core.incoming.receive(fedi.name, [
					{ kind: "edit", ...basics(`edit${n}`), target: { remote: note }, content: content(`secret ${n}`) },
				]);
			const another = (n: number) =>
				core.incoming.receive(fedi.name, [
					{
						kind: "message",
						...basics(`post${n}`),
						message: `${note}${n}`,
						replyTo: { local: first.id },
						place: { kind: "timeline" },
						type: "memo",
						content: content(`secret ${n}`),
					},
				]);
			const end = () =>
				core.incoming.receive(fedi.name, [
					ending === "gone"
						? { kind: "gone", ...basics("gone"), raw: {} }
						: { kind: "removal", ...basics("removal"), raw: {}, target: { remote: note } },
				]);
			const write = ending === "gone" && round % 2 === 0 ? another : edit;
			const running = [write(1)];
			const ended = end();
			for (let n = 2; n < 6; n++) {
				await new Promise(setImmediate);
				running.push(write(n));
			}
			for (const [received] of await Promise.all(running))
				t.true(received?.status === "accepted" || (received?.status === "ignored" && received.reason === "gone"));
			t.is((await ended)[0]?.status, "accepted");
		}
		await core.settled();
		const left = (await allEvents(core, timeline.channel.id)).filter(
			({ type, body }) => type !== "message.deleted" && JSON.stringify(body).includes("secret"),
		);
		t.deepEqual(left, []);
	});
