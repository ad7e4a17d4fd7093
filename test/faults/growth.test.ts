import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import test from "ava";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { collections } from "#core/catalogue/collections.ts";
import { removeOldRemote } from "#core/erasure/remove-old-remote.ts";
import { idempotencyOf } from "#core/events/idempotency.ts";
import { saveBaseline, sweepBaselines } from "#core/feed/feed-baselines.ts";
import { placeOf } from "#core/groups/place.ts";
import { addBootstrapToken } from "#core/identity/bootstrap-tokens.ts";
import { addInvite } from "#core/identity/invites.ts";
import { useNonce } from "#core/identity/nonces.ts";
import { saveRecord } from "#core/identity/oauth-records.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { editMessage } from "#core/messages/edit-message.ts";
import { postMessage } from "#core/messages/post-message.ts";
import { sweepExpired } from "#core/ports/expiry.ts";
import { react, unreact } from "#core/reactions/react.ts";
import { openCore } from "../support/core.ts";
import { createFakeBridge } from "../support/fake-bridge.ts";

const long = process.env.CAUSEWAY_LONG === "1";
/** At half of the days, all that expires has been expiring for a while: the longest lifetime is seven days. */
const days = long ? 40 : 18;
/** How often the day's traffic is repeated. */
const times = long ? 20 : 2;
const dayMs = 86_400_000;
const never = new AbortController().signal;

/**
 * What the rows of a part of the store follow. `messages`: what people say and do. `people`: the accounts that someone here has to do with,
 * their channels and their servers. `nothing`: it is bounded, however much happens.
 */
type Follows = "messages" | "people" | "nothing";

const parts: Readonly<Record<string, Follows>> = {
	log: "messages",
	messages: "messages",
	message_tags: "messages",
	reactions: "messages",
	links: "messages",
	expulsions: "messages",
	accounts: "people",
	audiences: "people",
	channels: "people",
	credentials: "people",
	custodial_keys: "people",
	device_keys: "people",
	email_owners: "people",
	groups: "people",
	lanes: "people",
	memberships: "people",
	numbered_people: "people",
	passkeys: "people",
	portals: "people",
	presences: "people",
	private_halves: "people",
	streams: "people",
	totps: "people",
	access_tokens: "people",
	bridge_state: "people",
	bootstrap_tokens: "nothing",
	collections: "nothing",
	dead_letters: "nothing",
	deliveries: "nothing",
	document_versions: "nothing",
	email_links: "nothing",
	feed_baselines: "nothing",
	invites: "nothing",
	log_times: "nothing",
	migrations: "nothing",
	nonces: "nothing",
	oauth_records: "nothing",
	owing: "nothing",
	parked: "nothing",
	passkey_challenges: "nothing",
	recoveries: "nothing",
	remote_keys: "nothing",
	remote_users: "nothing",
	signing_keys: "nothing",
	store_epochs: "nothing",
	store_probes: "nothing",
	tiers: "nothing",
	uses: "nothing",
	vault_keys: "nothing",
};

test("every collection is known by what its rows follow", (t) => {
	t.deepEqual(
		collections.map(({ name }) => name).filter((name) => parts[name] === undefined),
		[],
	);
});

test(`in ${days} days of mixed traffic nothing grows but the log, and what people say`, async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const { context, clock, incoming } = core;
	const { store } = context;
	const jane = await core.person("jane");
	const bob = fedi.person("bob", "b.test");
	const room = await core.channel(jane, "public");
	const timeline = await core.timeline(jane);
	const target = { kind: "account", account: jane.id } as const;
	await incoming.receive(fedi.name, [{ kind: "join", id: "follow", sender: bob, raw: {}, target }]);

	/** The traffic of people whom we know, in one round. */
	async function talk(round: string): Promise<void> {
		const say = (text: string) => ({ type: "memo", content: { text, mime: "text/plain" } }) as const;
		const key = idempotencyOf(jane.id, "POST /messages", round, {});
		const { message } = await postMessage(context, jane, timeline, { ...say(`#day ${round}`), tags: ["day"] }, key);
		const daily = idempotencyOf(jane.id, "POST /room", "the same key every day", round);
		if (round.endsWith(" 0")) await postMessage(context, jane, room, say(round), daily);
		const reply = { replyTo: { local: message.id }, mentions: [jane.id] };
		const about = { kind: "reaction", sender: bob, raw: {}, key: "⭐", target: { local: message.id } } as const;
		const content = { text: `edited ${round}`, mime: "text/plain" } as const;
		const edit = { kind: "edit", id: `${round} edit`, edit: `${round} edit`, sender: bob, raw: {}, content } as const;
		await incoming.receive(fedi.name, [
			fedi.message(bob, `${round} reply`, "Hello", reply),
			fedi.message(bob, `${round} mention`, "Hello", { mentions: [jane.id] }),
			{ ...edit, target: { remote: `${round} reply` } },
			{ ...about, id: `${round} like`, reaction: `${round} like` },
		]);
		const answer = await messageByRemote(context, fedi.name, `${round} mention`);
		const place = answer === undefined ? undefined : await placeOf(context, answer.channel);
		if (answer === undefined || place === undefined) throw new Error("The mention has not been received");
		await react(context, jane, place, answer, { key: "🎉", unicode: "🎉" });
		await unreact(context, jane, answer, "🎉");
		await editMessage(context, jane, message, { content: say(`again ${round}`).content });
		if (round.endsWith("0")) await deleteMessage(context, jane, timeline, message);
	}

	/** What strangers from everywhere say that concerns no one here, and what comes too early. */
	async function makeNoise(round: string): Promise<void> {
		const stranger = fedi.person(`u${round.replace(" ", "-")}`, `h${round.replace(" ", "-")}.test`);
		const missing = (what: string) => ({ target: { remote: `${round} ${what}` } });
		const base = { sender: stranger, raw: {} };
		const content = { text: "Hello", mime: "text/plain" } as const;
		await incoming.receive(fedi.name, [
			fedi.message(stranger, `${round} noise`, "Hello", { replyTo: { remote: `${round} unknown` } }),
			fedi.message(stranger, `${round} alone`, "Hello"),
			{ ...base, kind: "reaction", id: `${round} n1`, reaction: `${round} n1`, key: "⭐", ...missing("note") },
			{ ...base, kind: "unreaction", id: `${round} n2`, reaction: `${round} n3` },
			{ ...base, kind: "removal", id: `${round} n4`, ...missing("gone") },
			{ ...base, kind: "retraction", id: `${round} n5`, target: `${round} bare` },
			{ ...base, kind: "edit", id: `${round} n6`, edit: `${round} n6`, content, ...missing("old") },
			{
				...base,
				kind: "reaction",
				id: `${round} n7`,
				sender: bob,
				reaction: `${round} n7`,
				key: "⭐",
				...missing("x"),
			},
		]);
	}

	async function useApps(round: string): Promise<void> {
		const expiresAt = clock.now() + 3_600_000;
		await useNonce(context, "jane@social.test", "dk_1", round);
		await saveBaseline(context, jane.id, new Map([[jane.timeline, 1]]));
		await addBootstrapToken(context, jane.id);
		await addInvite(context, { by: jane.id });
		for (const kind of ["AuthorizationCode", "AccessToken", "Session"] as const)
			await saveRecord(context, kind, `${kind} ${round}`, { payload: {}, expiresAt });
	}

	async function sweep(): Promise<void> {
		await sweepExpired(context, collections);
		await sweepBaselines(context);
		await incoming.sweep();
		while ((await store.forgetRequests(100)) === 100);
		await removeOldRemote(context, 7 * dayMs, never);
	}

	const counts: Record<string, number>[] = [];
	for (let day = 1; day <= days; day++) {
		for (let n = 0; n < times; n++) {
			const round = `${day} ${n}`;
			await talk(round);
			await makeNoise(round);
			await useApps(round);
			clock.time += dayMs / times;
		}
		await core.settled();
		await sweep();
		await core.settled();
		counts.push(Object.fromEntries((await store.sizes()).map(({ name, rows }) => [name, rows])));
	}

	const [half = {}, end = {}] = [counts[days / 2 - 1], counts[days - 1]];
	for (const [name, rows] of Object.entries(end)) {
		const before = half[name] ?? 0;
		const follows = parts[name];
		if (follows === "messages") t.true(rows <= 2.1 * before, `${name}: ${before} rows, then ${rows}`);
		else t.true(rows <= before, `${name}: ${before} rows, then ${rows}`);
	}
	t.true((end["messages"] ?? 0) > days * times);
	const oldKey = idempotencyOf(jane.id, "POST /messages", "1 0", {}).request ?? "";
	t.is(await store.eventBy("request", oldKey), undefined);
	if (long) await save(counts);
});

/** Writes the rows of each part on some days, to be committed. */
async function save(counts: readonly Record<string, number>[]): Promise<void> {
	const folder = path.join(import.meta.dirname, "..", "results");
	await mkdir(folder, { recursive: true });
	const shown = [1, 10, 20, 30, 40].map((day) => ({ day, rows: counts[day - 1] }));
	const about = { days, "rounds of traffic each day": times };
	await writeFile(path.join(folder, "growth.json"), `${JSON.stringify({ ...about, shown }, undefined, "\t")}\n`);
}
