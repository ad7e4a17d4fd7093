import test, { type ExecutionContext } from "ava";
import { follow, joinChannel, joinGroup } from "#core/access/join-channel.ts";
import { leave } from "#core/access/leave.ts";
import { type ReadablePlace, readableById } from "#core/access/readable-place.ts";
import type { ChannelId } from "#core/ids.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { type HomeCursor, homeTimeline } from "#core/messages/home-timeline.ts";
import type { Account } from "#core/model/account.ts";
import type { Message } from "#core/model/message.ts";
import { counting } from "../../../bench/load/store-calls.ts";
import { type Core, openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

/** Reads the whole home timeline in pages. */
async function readHome(
	{ context }: Core,
	account: Account,
	limit = 7,
	options: { readonly few?: number } = {},
): Promise<readonly Message[]> {
	const read: Message[] = [];
	for (let before: HomeCursor | undefined; ; ) {
		const from = before === undefined ? {} : { before };
		const page = await homeTimeline(context, account, { limit, ...from, ...options });
		read.push(...page.map(({ message }) => message));
		before = page.at(-1)?.message;
		if (page.length < limit) return read;
	}
}
const textsOf = (found: readonly Message[]): readonly string[] => found.map(({ content }) => content.text);

test("a home timeline read in pages has each message once, even if all were posted in one millisecond", async (t) => {
	const core = await openCore(t);
	const jane = await core.person("jane");
	const posted: string[] = [];
	const authors = [jane, await core.person("ann"), await core.person("ben"), await core.person("cleo")];
	for (const author of authors.slice(1)) await follow(core.context, await core.timeline(author), jane);
	const club = await core.channel(await core.person("dora"), "public");
	await joinChannel(core.context, club, jane);
	for (let n = 0; n < 20; n++) {
		for (const author of authors) posted.push((await core.post(author, await core.timeline(author), `Number ${n}`)).id);
		posted.push((await core.post(jane, club, `Topic ${n}`)).id);
		if (n % 7 === 6) core.clock.time++;
	}
	for (const limit of [1, 7, 40, 200]) {
		const read = (await readHome(core, jane, limit)).map(({ id }) => id);
		t.deepEqual(read.toSorted(), posted.toSorted(), `pages of ${limit}`);
	}
});

/** Everyone who may write, and whether jane follows them. */
interface Scene {
	readonly core: Core;
	readonly jane: Account;
	readonly bob: Account;
	readonly carol: Account;
	readonly stranger: Account;
	say(author: Account, where: Account, text: string, replyTo?: Message): Promise<Message>;
}

async function sceneOf(t: ExecutionContext): Promise<Scene> {
	const core = await openCore(t);
	const [jane, bob, carol, stranger] = await Promise.all(["jane", "bob", "carol", "stranger"].map(core.person));
	const scene = { jane, bob, carol, stranger } as Pick<Scene, "jane" | "bob" | "carol" | "stranger">;
	for (const followed of [scene.bob, scene.carol])
		await follow(core.context, await core.timeline(followed), scene.jane);
	return {
		core,
		...scene,
		async say(author, where, text, replyTo) {
			core.clock.time++;
			const options = replyTo === undefined ? {} : { replyTo: replyTo.id };
			return core.post(author, await core.timeline(where, author), text, options);
		},
	};
}

test("of a followed person's timeline it has the owner's posts, not the replies of strangers, however many there are", async (t) => {
	const { core, jane, bob, stranger, say } = await sceneOf(t);
	const post = await say(bob, bob, "bob's post");
	for (let n = 0; n < 100; n++) await say(stranger, bob, `reply ${n}`, post);
	t.deepEqual(textsOf(await readHome(core, jane)), ["bob's post"]);
});

test("a followed person's replies are there, in any timeline, if they answer themself, the reader, or a person whom the reader follows", async (t) => {
	const { core, jane, bob, carol, stranger, say } = await sceneOf(t);
	const own = await say(bob, bob, "bob's post");
	const carols = await say(carol, carol, "carol's post");
	const janes = await say(jane, jane, "jane's post");
	const strange = await say(stranger, stranger, "a stranger's post");
	await say(bob, bob, "bob to himself", own);
	await say(bob, carol, "bob to carol", carols);
	await say(bob, jane, "bob to jane", janes);
	const hidden = await say(bob, stranger, "bob to a stranger", strange);
	const below = await say(carol, stranger, "carol to bob, below a stranger's post", hidden);
	await say(stranger, carol, "a stranger to carol", carols);
	await say(stranger, jane, "a stranger to jane", janes);
	await say(jane, stranger, "jane to carol, below a stranger's post", below);
	t.deepEqual(textsOf(await readHome(core, jane)).toReversed(), [
		"bob's post",
		"carol's post",
		"jane's post",
		"bob to himself",
		"bob to carol",
		"bob to jane",
		"carol to bob, below a stranger's post",
		"jane to carol, below a stranger's post",
	]);
	t.deepEqual(textsOf(await readHome(core, stranger)).toReversed(), ["a stranger's post"]);
});

test("of a channel it has what starts a thread, from anyone, and only for those who joined the channel", async (t) => {
	const { core, jane, bob, stranger } = await sceneOf(t);
	const club = await core.channel(stranger, "public");
	await joinChannel(core.context, club, bob);
	const topic = await core.post(stranger, club, "a topic");
	await core.post(bob, club, "bob's topic");
	await core.post(stranger, club, "an answer to themself", { replyTo: topic.id });
	t.deepEqual(textsOf(await readHome(core, jane)), [], "bob is followed, but not the channel");
	await joinChannel(core.context, club, jane);
	t.deepEqual(textsOf(await readHome(core, jane)).toSorted(), ["a topic", "bob's topic"]);
	await leave(core.context, club, jane);
	t.deepEqual(textsOf(await readHome(core, jane)), []);
});

test("a channel of a group that its reader has left is not in it, also after joining the group again", async (t) => {
	const { core, jane, stranger } = await sceneOf(t);
	const club = await core.channel(stranger, "public");
	await joinChannel(core.context, club, jane);
	await core.post(stranger, club, "a topic");
	t.deepEqual(textsOf(await readHome(core, jane)), ["a topic"]);
	await leave(core.context, { group: club.group }, jane);
	t.deepEqual(textsOf(await readHome(core, jane)), []);
	await joinGroup(core.context, club.group, jane);
	t.deepEqual(textsOf(await readHome(core, jane)), []);
	await joinChannel(core.context, club, jane);
	t.deepEqual(textsOf(await readHome(core, jane)), ["a topic"]);
});

test("what its reader may not read, or no longer, is not in it", async (t) => {
	const { core, jane, bob, carol, stranger, say } = await sceneOf(t);
	const whisper = await readableById(core.context, stranger.followers as ChannelId, stranger);
	const secret = await core.post(stranger, whisper as NonNullable<typeof whisper>, "for a stranger's followers");
	await follow(core.context, await core.timeline(stranger), bob);
	const heard = await readableById(core.context, stranger.followers as ChannelId, bob);
	await core.post(bob, heard as NonNullable<typeof heard>, "bob to himself, in secret", {
		replyTo: (await core.post(bob, heard as NonNullable<typeof heard>, "bob to a stranger", { replyTo: secret.id })).id,
	});
	const open = await say(bob, bob, "bob's post");
	const deleted = await say(bob, bob, "bob's mistake");
	await deleteMessage(core.context, bob, await core.timeline(bob), deleted);
	t.deepEqual(textsOf(await readHome(core, jane)), [open.content.text]);
	await leave(core.context, await core.timeline(bob), jane);
	await say(bob, carol, "bob to carol", await say(carol, carol, "carol's post"));
	t.deepEqual(textsOf(await readHome(core, jane)), ["carol's post"]);
});

test("a remote person who is followed is like a local one: own posts, and replies to people who are followed", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const mine = await core.post(jane, await core.timeline(jane), "jane's post");
	const dave = fedi.person("dave");
	const answer = { replyTo: { local: mine.id } };
	await core.incoming.receive(fedi.name, [fedi.message(dave, "first", "dave to jane", answer)]);
	t.deepEqual(textsOf(await readHome(core, jane)), ["jane's post"], "dave is not followed");
	const shadow = await core.shadows.of(fedi.name, dave);
	await follow(core.context, await core.timeline(shadow, jane), jane);
	await core.incoming.receive(fedi.name, [
		{ kind: "answer", id: "accept", sender: dave, raw: {}, account: jane.id, accepted: true },
	]);
	await core.incoming.receive(fedi.name, [fedi.message(dave, "second", "dave's post")]);
	const erin = fedi.person("erin");
	await core.incoming.receive(fedi.name, [
		fedi.message(erin, "third", "erin to dave", { replyTo: { remote: "second" } }),
	]);
	t.deepEqual(textsOf(await readHome(core, jane)).toSorted(), ["dave to jane", "dave's post", "jane's post"]);
});

test("who follows many reads the same as who follows few, page by page, in whatever order and density it was said", async (t) => {
	const core = await openCore(t);
	const people = await Promise.all(Array.from({ length: 12 }, (_, n) => core.person(`p${n}`)));
	const [jane, ...others] = people as [Account, ...Account[]];
	const followed = others.slice(0, 5);
	for (const other of followed) await follow(core.context, await core.timeline(other), jane);
	const joined = await core.channel(others[5] as Account, "public");
	const strange = await core.channel(others[6] as Account, "public");
	await joinChannel(core.context, joined, jane);
	// She may write in the other channel, too, and does not follow it.
	await joinGroup(core.context, strange.group, jane);
	for (const author of others) for (const room of [joined, strange]) await joinChannel(core.context, room, author);
	const random = seeded(7);
	const said: { readonly message: Message; readonly where: Account | ReadablePlace }[] = [];
	for (let n = 0; n < 900; n++) {
		// Long silences of those who are followed alternate with crowded moments.
		const isQuiet = Math.floor(n / 300) === 1;
		const author = (isQuiet ? others.slice(7) : people)[random(isQuiet ? 4 : people.length)] as Account;
		const parent = random(3) === 0 ? said[said.length - 1 - random(Math.min(said.length, 20))] : undefined;
		const where = parent?.where ?? [author, author, joined, strange][isQuiet ? 3 * random(2) : random(4)] ?? author;
		const place = "channel" in where ? where : await core.timeline(where, author);
		const options = parent === undefined ? {} : { replyTo: parent.message.id };
		said.push({ message: await core.post(author, place, `${n}`, options), where });
		if (random(3) === 0) core.clock.time++;
		if (random(40) === 0) {
			const { message, where: there } = said[random(said.length)] as (typeof said)[0];
			const owner = people.find(({ id }) => id === message.author) as Account;
			const at = "channel" in there ? there : await core.timeline(there, owner);
			await deleteMessage(core.context, owner, at, message);
		}
	}
	const merged = textsOf(await readHome(core, jane, 1000));
	t.true(merged.length > 100);
	for (const limit of [1, 3, 20, 1000])
		t.deepEqual(textsOf(await readHome(core, jane, limit, { few: 0 })), merged, `${limit}`);
});

test("for who follows many, what is left, ended or can't be read any more is not there either", async (t) => {
	const { core, jane, bob, carol, stranger, say } = await sceneOf(t);
	const club = await core.channel(stranger, "public");
	await joinChannel(core.context, club, jane);
	await core.post(stranger, club, "a topic");
	await say(bob, bob, "bob's post");
	await say(carol, carol, "carol's post");
	const read = async () => textsOf(await readHome(core, jane, 2, { few: 0 })).toSorted();
	t.deepEqual(await read(), ["a topic", "bob's post", "carol's post"]);
	await leave(core.context, { group: club.group }, jane);
	await joinGroup(core.context, club.group, jane);
	t.deepEqual(await read(), ["bob's post", "carol's post"]);
	await leave(core.context, await core.timeline(bob), jane);
	t.deepEqual(await read(), ["carol's post"]);
	await say(jane, jane, "jane's own");
	t.deepEqual(await read(), ["carol's post", "jane's own"]);
});

/** Whole numbers below a limit, the same ones each time. */
function seeded(seed: number): (limit: number) => number {
	let state = seed;
	return (limit) => {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		return Math.floor((state / 2_147_483_648) * limit);
	};
}

test("a page takes hardly more store calls with 300 follows than with 20, from the top and from the middle", async (t) => {
	const core = await openCore(t);
	const reader = await core.person("reader");
	const { context } = core;
	const callsOf = async (before?: HomeCursor) => {
		const { store, calls } = counting(context.store);
		const options = { limit: 10, ...(before === undefined ? {} : { before }) };
		const page = await homeTimeline({ store }, reader, options);
		t.is(page.length, 10);
		return { calls: calls(), last: page.at(-1)?.message as Message };
	};
	const counts: number[] = [];
	let made = 0;
	for (const follows of [20, 300]) {
		for (; made < follows; made++) {
			const author = await core.person(`author${made}`);
			await follow(context, await core.timeline(author), reader);
			for (let n = 0; n < 2; n++) {
				core.clock.time++;
				await core.post(author, await core.timeline(author), `post ${n}`);
			}
		}
		const top = await callsOf();
		const next = await callsOf(top.last);
		counts.push(top.calls, next.calls);
	}
	t.true(Math.max(...counts.slice(2)) <= Math.max(...counts.slice(0, 2)) + 5, counts.join());
	t.true(Math.max(...counts) < 40, counts.join());
});
