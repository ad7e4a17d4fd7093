import test, { type ExecutionContext } from "ava";
import { accountByRemote } from "#core/accounts/find-account.ts";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { memberships } from "#core/groups/membership.ts";
import { bridgeName } from "#core/ids.ts";
import { messages } from "#core/messages/message.ts";
import { startRemoteHost } from "../peers/remote-host.ts";
import { startGateway } from "../support/gateway.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { shuffled } from "../support/shuffled.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

const rounds = process.env.CAUSEWAY_LONG === "1" ? 60 : 6;
const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";
const activityPub = bridgeName("activitypub");

type Json = Readonly<Record<string, unknown>>;
interface Sent {
	readonly by: "bob" | "eve";
	readonly activity: Json;
}

/** The people and things that the activities of a scenario are about. */
interface World {
	readonly host: Awaited<ReturnType<typeof startRemoteHost>>;
	readonly jane: string;
	readonly kim: string;
	readonly memo: string;
	/** The ids of the follows of Bob by Jane and by Kim. */
	readonly follows: readonly [string, string];
}

/** A provider with two people who follow Bob of the remote host, and a memo of Jane. */
async function open(t: ExecutionContext, host: World["host"]) {
	const provider = await startGateway(await temporaryFolder(t));
	t.teardown(() => provider[Symbol.asyncDispose]());
	const [jane, kim] = [await provider.person("jane"), await provider.person("kim")];
	const { context } = provider.gateway;
	const actors: string[] = [];
	const follows: string[] = [];
	for (const client of [jane, kim]) {
		const me = (await client.call("GET", "/api/me")) as { actor: string };
		actors.push(me.actor);
		await client.call("POST", "/api/me/follows", { actor: `bob@${host.host}` });
		const sent = await until("the follow has arrived", () =>
			host.ledger.find(({ type, activity }) => type === "Follow" && activity["actor"] === me.actor),
		);
		follows.push(sent.id);
	}
	const { timeline } = (await jane.call("GET", "/api/me")) as { timeline: { group: string; channel: string } };
	const posted = (await jane.call("POST", `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`, {
		type: "memo",
		content: { text: "Hello" },
	})) as { id: string };
	const memo = `${provider.origin}/objects/${posted.id}`;
	const [janeActor = "", kimActor = ""] = actors;
	const world: World = { host, jane: janeActor, kim: kimActor, memo, follows: [follows[0] ?? "", follows[1] ?? ""] };

	async function state() {
		const membersOf = async (actor: string) => {
			const account = actor.slice(actor.lastIndexOf("/") + 1);
			const mine = await context.store.page(memberships, {
				index: "account",
				prefix: [account, "chn"],
				order: "asc",
				limit: 100,
			});
			return mine.map(({ doc }) => doc.state);
		};
		const person = async (name: string) => {
			const account = await accountByRemote(context, activityPub, host.actor(name));
			const page = await context.store.page(memberships, {
				index: "account",
				prefix: [account?.id ?? "", "chn", "joined"],
				order: "asc",
				limit: 100,
			});
			const handles = [];
			for (const [handle, actor] of [
				["jane", janeActor],
				["kim", kimActor],
			] as const) {
				const shown = await (
					await fetch(`${actor}/followers`, { headers: { accept: "application/activity+json" } })
				).json();
				handles.push(`${handle} ${(shown as { totalItems: number }).totalItems}`);
			}
			return { name: account?.profile.displayName, follows: page.length, handles };
		};
		const text = async (note: string) =>
			(await messageByRemote(context, activityPub, `${host.origin}/notes/${note}`))?.content.text ?? "";
		const stored = (await context.store.get(messages, posted.id))?.doc;
		return {
			bob: await person("bob"),
			eve: await person("eve"),
			jane: await membersOf(janeActor),
			kim: await membersOf(kimActor),
			notes: [await text("1"), await text("2"), await text("3")],
			reactions: (stored?.reactions ?? []).map(({ key, count }) => `${key} ${count}`).sort(),
		};
	}

	async function receive({ by, activity }: Sent): Promise<void> {
		const status = await host.send(by, activity, `${provider.origin}/inbox`);
		t.is(status, 202, JSON.stringify(activity));
	}
	return { world, state, receive };
}

/** What Bob and Eve do, in order. Some activities share an id. */
function scenario({ host, jane, kim, memo, follows }: World, random: Random): readonly Sent[] {
	const list: Sent[] = [];
	let count = 0;
	const start = Date.parse("2026-01-01T00:00:00Z");
	const time = () => new Date(start + ++count * 1000).toISOString();

	/** Adds an activity, with an id of its own or one that others have, too. */
	function add(by: Sent["by"], fields: Json): Json {
		const isReused = random.integer(0, 1) === 1;
		const published = time();
		const id = isReused ? `${host.actor(by)}#activity` : `${host.origin}/activities/${count}`;
		const activity = { id, actor: host.actor(by), published, ...fields };
		list.push({ by, activity });
		return activity;
	}
	function undo(by: Sent["by"], undone: Json): void {
		const isNamed = String(undone["id"]).includes("/activities/") && random.integer(0, 1) === 1;
		add(by, { type: "Undo", object: isNamed ? undone["id"] : undone });
	}
	const note = (name: string, text: string, updated?: string): Json => ({
		id: `${host.origin}/notes/${name}`,
		type: "Note",
		to: [PUBLIC],
		inReplyTo: memo,
		content: `<p>${text}</p>`,
		...(updated === undefined ? {} : { updated }),
	});
	const describe = (by: Sent["by"], name: string) =>
		add(by, {
			type: "Update",
			object: {
				id: host.actor(by),
				type: "Person",
				preferredUsername: by,
				name,
				inbox: `${host.actor(by)}/inbox`,
				endpoints: { sharedInbox: `${host.origin}/inbox` },
				updated: time(),
			},
		});

	undo("bob", add("bob", { type: "Follow", object: jane }));
	add("bob", { type: "Follow", object: jane });
	add("eve", { type: "Follow", object: jane });
	add("eve", { type: "Block", object: jane });
	undo("eve", add("eve", { type: "Follow", object: kim }));
	undo("eve", add("eve", { type: "Follow", object: kim }));
	add("bob", { type: "Follow", object: kim });
	add("bob", { type: "Accept", object: follows[0] });
	add("bob", { type: "Accept", object: { id: follows[1], type: "Follow", actor: kim, object: host.actor("bob") } });
	add("bob", { type: "Reject", object: follows[1] });
	add("bob", { type: "Create", object: note("1", "First") });
	add("bob", { type: "Update", object: note("1", "Second", time()) });
	add("bob", { type: "Update", object: note("1", "First", time()) });
	add("bob", { type: "Update", object: note("1", "Third", time()) });
	add("eve", { type: "Create", object: note("2", "Regretted") });
	add("eve", { type: "Update", object: note("2", "Still regretted", time()) });
	add("eve", { type: "Delete", object: { id: `${host.origin}/notes/2`, type: "Tombstone" } });
	add("eve", { type: "Create", object: note("3", "Kept") });
	undo("bob", add("bob", { type: "Like", object: memo }));
	add("bob", { type: "Like", object: memo });
	const fire = add("eve", { type: "EmojiReact", object: memo, content: "🔥" });
	add("eve", { type: "Like", object: memo });
	undo("eve", fire);
	describe("bob", "Robert");
	describe("bob", "Bobby");
	return list;
}

test("activities that come three times, in random order and under ids that are used again, lead to the same state as in order", async (t) => {
	const random = seededRandom();
	t.log(`seed ${random.seed}`);
	const host = await startRemoteHost();
	t.teardown(() => host[Symbol.asyncDispose]());
	const inOrder = await open(t, host);
	for (const sent of scenario(inOrder.world, random)) await inOrder.receive(sent);
	const expected = await inOrder.state();
	t.like(expected, {
		notes: ["<p>Third</p>", "", "<p>Kept</p>"],
		reactions: ["⭐ 2"],
		jane: ["joined"],
		kim: ["denied"],
		bob: { name: "Bobby", follows: 2, handles: ["jane 1", "kim 1"] },
		eve: { follows: 0 },
	});
	for (let round = 0; round < rounds; round++) {
		const { world, state, receive } = await open(t, host);
		for (const sent of shuffled(scenario(world, random), random, 3)) await receive(sent);
		t.deepEqual(await state(), expected, `round ${round} of seed ${random.seed}`);
	}
});
