import test, { type ExecutionContext } from "ava";
import { accountByRemote } from "#core/accounts/find-account.ts";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { joined } from "#core/groups/place.ts";
import { bridgeName, type ChannelId, type MessageId } from "#core/ids.ts";
import { messages } from "#core/messages/message.ts";
import { idOf } from "../../bridges/activitypub/reading.ts";
import { type Corpus, corpora, filled } from "../support/corpus.ts";
import { type PeerActor, signedPost, startPeer } from "../support/fediverse-peer.ts";
import { startGateway } from "../support/gateway.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const network = bridgeName("activitypub");

/** A provider with a memo in a timeline and one in a channel, for the people of one program. */
async function open(t: ExecutionContext, { actor }: Corpus) {
	const provider = await startGateway(await temporaryFolder(t));
	t.teardown(() => provider[Symbol.asyncDispose]());
	const peer = await startPeer(t);
	peer.routes.set("/inbox", { status: 202 });
	const jane = await provider.person("jane");
	const me = await jane.call("GET", "/api/me");
	const group = await jane.call("POST", "/api/groups", { name: "Guild" });
	const channel = { name: "general", type: "text", tier: "discoverable" };
	const { id: channelId } = await jane.call("POST", `/api/groups/${group.id}/channels`, channel);
	const say = (place: string, text: string) =>
		jane.call("POST", `/api/groups/${place}/messages`, { type: "memo", content: { text } });
	const memo = await say(`${me.timeline.group}/channels/${me.timeline.channel}`, "memo");
	const inChannel = await say(`${group.id}/channels/${channelId}`, "in the channel");
	const { origin, domain } = provider;
	const names = {
		ORIGIN: peer.origin,
		HOST: new URL(peer.origin).host,
		ACTOR: `${peer.origin}/u/bob`,
		DOMAIN: domain,
		JANE: me.actor as string,
		JANE_ID: me.id as string,
		MEMO: `${origin}/objects/${memo.id}`,
		MEMO_ID: memo.id as string,
		CHANNEL: `${origin}/channels/${channelId}`,
		CHANNEL_ID: channelId as string,
		CHANNEL_MEMO: `${origin}/objects/${inChannel.id}`,
		CHANNEL_MEMO_ID: inChannel.id as string,
	};
	const { publicKey: _, ...fields } = filled(actor ?? {}, names);
	const bob = peer.actor("bob", { followers: `${names.ACTOR}/followers`, ...fields });
	return { provider, bob, names, timeline: me.timeline.channel as ChannelId };
}

/** Sends a signed activity over HTTP, as the program does. */
async function send(origin: string, bob: PeerActor, activity: unknown): Promise<{ status: number; text: string }> {
	const body = JSON.stringify(activity);
	const { headers } = signedPost({ origin, keyId: bob.keyId, body });
	const { host: _, ...rest } = headers as Record<string, string>;
	const answer = await fetch(`${origin}/inbox`, { method: "POST", headers: rest, body });
	return { status: answer.status, text: await answer.text() };
}

type Scene = Awaited<ReturnType<typeof open>>;

/** What is to be seen of the thing that an activity is about. */
async function stateOf({ provider, names, timeline }: Scene, means: Record<string, unknown>, object: string) {
	const { context } = provider.gateway;
	const { kind, target, key } = means as { kind: string; key?: string; target?: Record<string, string> };
	switch (kind) {
		case "join":
		case "leave": {
			const bob = await accountByRemote(context, network, names.ACTOR);
			const place = target?.["kind"] === "channel" ? (target["channel"] as ChannelId) : timeline;
			return { isMember: bob !== undefined && (await joined(context, place, bob)) !== undefined };
		}
		case "reaction":
		case "unreaction": {
			const id = (target?.["local"] ?? names.MEMO_ID) as MessageId;
			const keys = (await context.store.get(messages, id))?.doc.reactions.map((sum) => sum.key) ?? [];
			return { isShown: key === undefined ? keys.length > 0 : keys.includes(key) };
		}
		default: {
			const message = await messageByRemote(context, network, object);
			const text = message === undefined ? undefined : context.text.toPlain(message.content.text, "text/html");
			return { text, isDeleted: message?.deletedAt !== undefined };
		}
	}
}

/** What is to be seen afterwards. */
const expected = (kind: unknown, says: string | undefined): object =>
	({
		join: { isMember: true },
		leave: { isMember: false },
		reaction: { isShown: true },
		unreaction: { isShown: false },
		message: { text: says, isDeleted: false },
		edit: { text: says, isDeleted: false },
		removal: { text: "", isDeleted: true },
	})[kind as string] ?? {};

for (const corpus of corpora) {
	test(`what ${corpus.software} sends changes what it should, and is never refused, once and again`, async (t) => {
		const scene = await open(t, corpus);
		for (const { what, activity, means, says } of filled(corpus.entries, scene.names)) {
			for (const time of ["first", "again"]) {
				const { status, text } = await send(scene.provider.origin, scene.bob, activity);
				t.is(status, 202, `${what} (${time}): ${text}`);
				if (means === undefined) continue;
				const state = await stateOf(scene, means, idOf(activity["object"]) ?? "");
				t.deepEqual(state, expected(means["kind"], says) as never, `${what} (${time})`);
			}
		}
	});
}
