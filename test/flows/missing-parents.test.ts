import test, { type ExecutionContext } from "ava";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { bridgeName } from "#core/ids.ts";
import { type PeerActor, signedPost, startPeer } from "../support/fediverse-peer.ts";
import { startGateway } from "../support/gateway.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

async function open(t: ExecutionContext) {
	const folder = await temporaryFolder(t);
	const provider = await startGateway(folder);
	t.teardown(() => provider[Symbol.asyncDispose]());
	const peer = await startPeer(t);
	peer.routes.set("/inbox", { status: 202 });
	const jane = await provider.person("jane");
	const { actor } = await jane.call("GET", "/api/me");
	const kept = (id: string) => messageByRemote(provider.gateway.context, bridgeName("activitypub"), id);
	const note = (author: PeerActor, name: string, fields: Record<string, unknown> = {}) => {
		const id = `${peer.origin}/notes/${name}`;
		return { id, type: "Note", attributedTo: author.id, to: [PUBLIC], content: `<p>${name}</p>`, ...fields };
	};
	const publish = (...args: Parameters<typeof note>) => {
		const object = note(...args);
		peer.routes.set(new URL(object.id).pathname, { body: object });
		return object;
	};
	const send = async (author: PeerActor, object: ReturnType<typeof note>) => {
		const activity = { id: `${object.id}/activity`, type: "Create", actor: author.id, to: object.to, object };
		const { headers } = signedPost({ origin: provider.origin, keyId: author.keyId, body: activity });
		const { host: _, ...rest } = headers as Record<string, string>;
		const body = JSON.stringify(activity);
		return (await fetch(`${provider.origin}/inbox`, { method: "POST", headers: rest, body })).status;
	};
	return { peer, jane, actor: actor as string, kept, note, publish, send };
}

test("a mention in a thread of strangers arrives with the thread, and shows what it replies to", async (t) => {
	const { peer, jane, actor, kept, note, publish, send } = await open(t);
	const [bob, carol] = [peer.actor("bob"), peer.actor("carol")];
	const root = publish(carol, "root");
	const middle = publish(bob, "middle", { inReplyTo: root.id });
	const leaf = note(carol, "leaf", { inReplyTo: middle.id, cc: [actor] });
	t.is(await send(carol, leaf), 202);
	const reply = await until("the reply is kept", () => kept(leaf.id));
	const [above, top] = [await kept(middle.id), await kept(root.id)];
	t.deepEqual([reply.reply?.to, above?.reply?.to], [above?.id, top?.id]);
	const route = `/api/groups/${reply.group}/channels/${reply.channel}/messages`;
	t.deepEqual((await jane.call("GET", `${route}/${reply.id}`)).reference, { type: "reply", id: above?.id });
	t.is((await jane.call("GET", route)).items.length, 3);
});

test("a mention whose parent can't be had is kept, and says what it replies to; strangers' talk is not looked for", async (t) => {
	const { peer, jane, actor, kept, note, send } = await open(t);
	const bob = peer.actor("bob");
	const missing = `${peer.origin}/notes/missing`;
	const noise = note(bob, "noise", { inReplyTo: `${peer.origin}/notes/other` });
	t.is(await send(bob, noise), 202);
	const mention = note(bob, "mention", { inReplyTo: missing, tag: [{ type: "Mention", href: actor }] });
	t.is(await send(bob, mention), 202);
	const found = await until("the mention is kept", () => kept(mention.id));
	const shown = await jane.call("GET", `/api/groups/${found.group}/channels/${found.channel}/messages/${found.id}`);
	t.is(shown.reference, undefined);
	const origin = shown.metadata.find(({ schema }: { schema: string }) => schema.endsWith("/meta/origin.json"));
	t.like(origin.data, { network: "activitypub", id: mention.id, inReplyTo: missing });
	const asked = peer.asked.map(({ url }) => url);
	t.true(asked.includes("/notes/missing"));
	t.false(asked.includes("/notes/other"));
	t.is(await kept(noise.id), undefined);
});
