import test, { type ExecutionContext } from "ava";
import { type FedifyPeer, startFedify } from "../peers/fedify.ts";
import type { Client } from "../support/client.ts";
import { type Running, startGateway } from "../support/gateway.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

interface Scene {
	readonly provider: Running;
	readonly peer: FedifyPeer;
	readonly jane: Client;
	readonly timeline: string;
}

const signatureSchemes = ["draft-cavage-http-signatures-12", "rfc9421"] as const;

async function open(t: ExecutionContext, firstKnock: (typeof signatureSchemes)[number]): Promise<Scene> {
	const provider = await startGateway(await temporaryFolder(t));
	const peer = await startFedify({ firstKnock });
	t.teardown(async () => {
		await provider[Symbol.asyncDispose]();
		await peer[Symbol.asyncDispose]();
	});
	const jane = await provider.person("jane");
	const { timeline } = await jane.call("GET", "/api/me");
	return { provider, peer, jane, timeline: `/api/groups/${timeline.group}/channels/${timeline.channel}/messages` };
}

/** Bob finds jane by her handle and follows her. */
async function bobFollows({ peer, provider }: Scene) {
	const jane = await peer.lookUp(`jane@${provider.domain}`);
	if (jane === null) throw new Error("The peer can't find jane");
	const follow = await peer.follow("bob", jane);
	await peer.waitFor((received) => received.type === "Accept", "the Accept of Bob's follow");
	return { jane, follow };
}

const objectOf = (json: Record<string, unknown>): Record<string, unknown> => json.object as Record<string, unknown>;
const creates = (peer: FedifyPeer) => peer.inbox.filter((received) => received.type === "Create");

for (const firstKnock of signatureSchemes) {
	test(`a memo reaches a follower once, and its reply, like, edit and deletion are delivered (${firstKnock} first)`, async (t) => {
		const scene = await open(t, firstKnock);
		const { peer, jane, timeline } = scene;
		const { jane: actor } = await bobFollows(scene);
		const memo = await jane.call("POST", timeline, { type: "memo", content: { text: "Hello **world**" } });
		const create = await peer.waitFor((received) => received.type === "Create", "the memo");
		t.is(create.actor, String(actor.id?.href));
		const note = objectOf(create.json);
		t.regex(String(note.content), /Hello/);

		await peer.post("bob", "Hi Jane", { to: actor, replyTo: String(note.id) });
		await peer.like("bob", String(note.id), actor);
		const answered = await until("reply and like are in the timeline", async () => {
			const { items } = await jane.call("GET", timeline);
			return (
				items.length === 2 && items.find((item: { id: string }) => item.id === memo.id).reactions.length === 1 && items
			);
		});
		const reply = answered.find((item: { id: string }) => item.id !== memo.id);
		t.is(reply.author, `bob@${peer.host}`);
		t.deepEqual(reply.reference, { type: "reply", id: memo.id });
		t.regex(reply.content.text, /Hi Jane/);

		await jane.call("PATCH", `${timeline}/${memo.id}`, { content: { text: "Hello again" } });
		await peer.waitFor(
			(received) => received.type === "Update" && String(objectOf(received.json).content).includes("Hello again"),
			"the edit",
		);
		await jane.call("DELETE", `${timeline}/${memo.id}`);
		await peer.waitFor((received) => received.type === "Delete", "the deletion");
		const gone = await fetch(String(note.id), { headers: { Accept: "application/activity+json" } });
		t.is(gone.status, 410);
		t.is(creates(peer).length, 1);
	});

	test(`edits and deletions by a remote author are applied here (${firstKnock} first)`, async (t) => {
		const scene = await open(t, firstKnock);
		const { peer, jane, timeline } = scene;
		const { jane: actor } = await bobFollows(scene);
		const memo = await jane.call("POST", timeline, { type: "memo", content: { text: "Hello" } });
		const note = objectOf((await peer.waitFor((received) => received.type === "Create", "the memo")).json);
		const reply = await peer.post("bob", "First", { to: actor, replyTo: String(note.id) });
		const replies = async () =>
			(await jane.call("GET", timeline)).items.filter((item: { id: string }) => item.id !== memo.id);
		await until("the reply", async () => (await replies()).length === 1);
		await peer.edit("bob", reply, "Second", actor);
		await until("the edit", async () => (await replies())[0].content.text.includes("Second"));
		const like = await peer.like("bob", String(note.id), actor);
		const reactions = async () => (await jane.call("GET", `${timeline}/${memo.id}`)).reactions.length;
		await until("the like", async () => (await reactions()) === 1);
		await peer.undoLike("bob", like, String(note.id), actor);
		await until("the like is undone", async () => (await reactions()) === 0);
		await peer.remove("bob", reply, actor);
		const tombstone = await until("the deletion", async () => {
			const [found] = await replies();
			return found.deletedAt !== undefined && found;
		});
		t.is(tombstone.content.text, "");
	});

	test(`followers-only posts reach only followers, in both directions (${firstKnock} first)`, async (t) => {
		const scene = await open(t, firstKnock);
		const { peer, provider, jane } = scene;
		await bobFollows(scene);
		const stranger = await provider.person("stranger");
		const { followers, actor } = await jane.call("GET", "/api/me");
		const quiet = `/api/groups/${followers.group}/channels/${followers.channel}/messages`;
		const memo = await jane.call("POST", quiet, { type: "memo", content: { text: "For my followers" } });
		t.is(memo.url, undefined);
		const { json } = await peer.waitFor((received) => received.type === "Create", "the memo for followers");
		const note = objectOf(json);
		t.is(note.to, `${actor}/followers`);
		t.notRegex(JSON.stringify(json), /Public"/);
		for (const path of [String(note.id), String(json.id), `${actor}/outbox?page=1`]) {
			const answer = await fetch(path, { headers: { Accept: "application/activity+json" } });
			t.notRegex(await answer.text(), /For my followers/, path);
		}
		t.is((await stranger.answer("GET", `${quiet}/${memo.id}`)).status, 404);
		t.is((await stranger.answer("GET", quiet)).status, 404);

		await jane.call("POST", "/api/me/follows", { actor: `@bob@${peer.host}` });
		await until("Bob has accepted", async () =>
			(await jane.call("GET", "/api/me/follows")).items.some((item: { state: string }) => item.state === "accepted"),
		);
		await peer.broadcast("bob", "For mine", "followers");
		const home = await until("Bob's followers-only post is in the home timeline", async () => {
			const { items } = await jane.call("GET", "/api/me/timeline");
			return items.find((item: { content: { text: string } }) => item.content.text.includes("For mine"));
		});
		const route = `/api/groups/${home.groupId}/channels/${home.channelId}/messages/${home.id}`;
		t.is((await jane.answer("GET", route)).status, 200);
		t.is((await stranger.answer("GET", route)).status, 404);
		t.is(home.url, undefined);
		await jane.call("POST", `/api/groups/${home.groupId}/channels/${home.channelId}/messages`, {
			type: "memo",
			content: { text: "Thank you, Bob" },
			reference: home.id,
		});
		const answer = await peer.waitFor(
			(received) => received.type === "Create" && JSON.stringify(received.json).includes("Thank you, Bob"),
			"the answer",
		);
		t.notRegex(JSON.stringify(answer.json), /Public"/);
	});

	test(`a group's channel can be followed as an actor and announces its members' posts (${firstKnock} first)`, async (t) => {
		const scene = await open(t, firstKnock);
		const { peer, provider, jane } = scene;
		const group = await jane.call("POST", "/api/groups", { name: "Dev Guild" });
		const channel = await jane.call("POST", `/api/groups/${group.id}/channels`, {
			name: "general",
			type: "text",
			tier: "discoverable",
		});
		const actor = await peer.lookUp(`dev-guild-general@${provider.domain}`);
		if (actor === null) return t.fail("The channel is not an actor");
		await peer.follow("bob", actor);
		await peer.waitFor((received) => received.type === "Accept", "the Accept of the channel");
		const messages = `/api/groups/${group.id}/channels/${channel.id}/messages`;
		await jane.call("POST", messages, { type: "message", content: { text: "Welcome" } });
		await peer.waitFor(
			(received) => received.type === "Announce" && JSON.stringify(received.json).includes("Welcome"),
			"the announced post of jane",
		);
		const post = await peer.post("bob", "Thank you", { to: actor, audience: String(actor.id?.href) });
		await until("Bob's post is in the channel", async () =>
			(await jane.call("GET", messages)).items.some((item: { author: string }) => item.author === `bob@${peer.host}`),
		);
		await peer.waitFor(
			(received) => received.type === "Announce" && JSON.stringify(received.json).includes(post),
			"Bob's own post, announced",
		);
		t.is((await jane.call("GET", messages)).items.length, 2);
	});

	test(`after jane follows Bob, his posts are in her home timeline, her reply reaches him, and she can unfollow him (${firstKnock} first)`, async (t) => {
		const { peer, jane } = await open(t, firstKnock);
		const follow = await jane.call("POST", "/api/me/follows", { actor: `@bob@${peer.host}` });
		t.is(follow.actor, `bob@${peer.host}`);
		await until("Bob has accepted", async () =>
			(await jane.call("GET", "/api/me/follows")).items.some((item: { state: string }) => item.state === "accepted"),
		);
		t.is(peer.followers("bob").length, 1);
		await peer.broadcast("bob", "Good morning");
		const home = async () => (await jane.call("GET", "/api/me/timeline")).items;
		const post = await until("Bob's post is in the home timeline", async () =>
			(await home()).find((item: { content: { text: string } }) => item.content.text.includes("Good morning")),
		);
		await jane.call("POST", `/api/groups/${follow.group}/channels/${follow.channel}/messages`, {
			type: "memo",
			content: { text: "And to you" },
			reference: { type: "reply", id: post.id },
		});
		const reply = await peer.waitFor(
			(received) => received.type === "Create" && String(objectOf(received.json).content).includes("And to you"),
			"jane's reply",
		);
		t.is(reply.actor, (await jane.call("GET", "/api/me")).actor);
		await jane.call("DELETE", `/api/me/follows/bob@${peer.host}`);
		await until("Bob has lost a follower", () => peer.followers("bob").length === 0);
		t.deepEqual(await jane.call("GET", "/api/me/follows").then((list: { items: unknown[] }) => list.items), []);
	});
}

test("an article reaches the peer with its title and its rendered Markdown", async (t) => {
	const scene = await open(t, "draft-cavage-http-signatures-12");
	const { peer, jane, timeline } = scene;
	await bobFollows(scene);
	await jane.call("POST", timeline, {
		type: "article",
		content: { text: "# Welcome\n\nTo the **show**.", mime: "text/markdown", title: "The show" },
	});
	const { json } = await peer.waitFor((received) => received.type === "Create", "the article");
	const article = objectOf(json);
	t.is(article.type, "Article");
	t.is(article.name, "The show");
	t.regex(String(article.content), /<strong>show<\/strong>/);
});

test("private and group channels are not visible to other servers by any path", async (t) => {
	const scene = await open(t, "draft-cavage-http-signatures-12");
	const { peer, provider, jane } = scene;
	await bobFollows(scene);
	const group = await jane.call("POST", "/api/groups", { name: "Secrets" });
	for (const tier of ["private", "group"] as const) {
		const channel = await jane.call("POST", `/api/groups/${group.id}/channels`, { name: tier, type: "text", tier });
		const message = await jane.call("POST", `/api/groups/${group.id}/channels/${channel.id}/messages`, {
			type: "message",
			content: { text: `secret @bob@${peer.host}` },
		});
		t.is(await peer.lookUp(`secrets-${tier}@${provider.domain}`), null);
		for (const path of [
			`/channels/${channel.id}`,
			`/objects/${message.id}`,
			`/channels/${channel.id}/outbox`,
			`/c/secrets-${tier}`,
			`/@jane/${message.id}`,
			`/activities/${channel.id}-1`,
		]) {
			for (const accept of ["application/activity+json", "text/html"]) {
				const { status } = await fetch(`${provider.origin}${path}`, {
					headers: { Accept: accept },
					redirect: "manual",
				});
				t.is(status, 404, `${path} as ${accept}`);
			}
		}
	}
	const marker = await jane.call("POST", scene.timeline, { type: "memo", content: { text: "marker" } });
	await peer.waitFor(
		(received) => received.type === "Create" && JSON.stringify(received.json).includes("marker"),
		"the marker",
	);
	t.truthy(marker.id);
	t.false(JSON.stringify(peer.inbox).includes("secret"));
});
