import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import {
	createFederation,
	type Federation,
	generateCryptoKeyPair,
	InProcessMessageQueue,
	MemoryKvStore,
} from "@fedify/fedify";
import * as vocab from "@fedify/fedify/vocab";

type SignatureScheme = "draft-cavage-http-signatures-12" | "rfc9421";

/** An activity that the peer has verified and accepted. */
export interface AcceptedActivity {
	readonly id: string;
	readonly type: string;
	readonly actor: string;
	/** The whole activity as compact JSON-LD. */
	readonly json: Record<string, unknown>;
}

/** An independent fediverse server with people of its own. */
export interface FedifyPeer extends AsyncDisposable {
	readonly origin: string;
	/** `localhost:port` */
	readonly host: string;
	readonly inbox: AcceptedActivity[];
	/** The actor id of one of its people. */
	actorId(name: string): string;
	/** Looks an actor up over WebFinger; `null` if there is none. */
	lookUp(handle: string): Promise<vocab.Actor | null>;
	follow(name: string, actor: vocab.Actor): Promise<string>;
	unfollow(name: string, actor: vocab.Actor, follow: string): Promise<void>;
	/** Posts a public note and delivers it to `to`. */
	post(
		name: string,
		text: string,
		options: { readonly to: vocab.Actor; readonly replyTo?: string; readonly audience?: string },
	): Promise<string>;
	edit(name: string, note: string, text: string, to: vocab.Actor): Promise<void>;
	remove(name: string, note: string, to: vocab.Actor): Promise<void>;
	like(name: string, object: string, to: vocab.Actor): Promise<string>;
	undoLike(name: string, like: string, object: string, to: vocab.Actor): Promise<void>;
	react(name: string, object: string, emoji: string, to: vocab.Actor): Promise<string>;
	/** The followers of one of its people. */
	followers(name: string): readonly string[];
	/** Sends a new post of one of its people to all their followers; `followers`: a followers-only post. */
	broadcast(name: string, text: string, audience?: "public" | "followers"): Promise<string>;
	/** Resolves with the first accepted activity that fits, now or later. */
	waitFor(fits: (accepted: AcceptedActivity) => boolean, what: string): Promise<AcceptedActivity>;
}

const publicCollection = new URL("https://www.w3.org/ns/activitystreams#Public");
const hangGuardMs = 60_000;

async function toRequest(message: IncomingMessage, origin: string): Promise<Request> {
	const hasBody = message.method !== "GET" && message.method !== "HEAD";
	const headers = Object.entries(message.headers).flatMap(([name, value]): [string, string][] =>
		value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
	);
	return new Request(new URL(message.url ?? "/", origin), {
		method: message.method ?? "GET",
		headers,
		...(hasBody ? { body: new Uint8Array(await buffer(message)) } : {}),
	});
}

/** A request as the peer received it. */
export interface ReceivedRequest {
	readonly method: string;
	readonly path: string;
	readonly headers: IncomingMessage["headers"];
	readonly body: string;
	readonly status: number;
}

export interface FedifyOptions {
	/** The signature scheme that it tries first when it sends. */
	readonly firstKnock?: SignatureScheme;
	/** Is called with every request that has a body. */
	readonly onRequest?: (request: ReceivedRequest) => void;
}

/** Starts a Fedify server on a free port. */
export async function startFedify({
	firstKnock = "draft-cavage-http-signatures-12",
	onRequest = () => {},
}: FedifyOptions = {}): Promise<FedifyPeer> {
	const inbox: AcceptedActivity[] = [];
	const objects = new Map<string, vocab.Note>();
	const followersOf = new Map<string, Map<string, vocab.Recipient>>();
	const keys = new Map<string, Awaited<ReturnType<typeof generateCryptoKeyPair>>>();
	let counter = 0;

	const federation: Federation<void> = createFederation<void>({
		kv: new MemoryKvStore(),
		queue: new InProcessMessageQueue(),
		allowPrivateAddress: true,
		firstKnock,
		manuallyStartQueue: true,
	});
	federation
		.setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
			const pairs = await ctx.getActorKeyPairs(identifier);
			return new vocab.Person({
				id: ctx.getActorUri(identifier),
				preferredUsername: identifier,
				name: identifier,
				inbox: ctx.getInboxUri(identifier),
				endpoints: new vocab.Endpoints({ sharedInbox: ctx.getInboxUri() }),
				followers: ctx.getFollowersUri(identifier),
				url: ctx.getActorUri(identifier),
				...(pairs[0] === undefined ? {} : { publicKey: pairs[0].cryptographicKey }),
			});
		})
		.setKeyPairsDispatcher(async (_ctx, identifier) => {
			const pair = keys.get(identifier) ?? (await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"));
			keys.set(identifier, pair);
			return [pair];
		});
	federation.setFollowersDispatcher("/users/{identifier}/followers", async (_ctx, identifier) => ({
		items: [...(followersOf.get(identifier)?.values() ?? [])],
	}));
	federation.setObjectDispatcher(vocab.Note, "/notes/{id}", async (_ctx, { id }) => objects.get(id) ?? null);

	const accept = async (activity: vocab.Activity): Promise<void> => {
		const json = (await activity.toJsonLd({ format: "compact" })) as Record<string, unknown>;
		inbox.push({ id: activity.id?.href ?? "", type: String(json.type), actor: activity.actorId?.href ?? "", json });
	};
	federation
		.setInboxListeners("/users/{identifier}/inbox", "/inbox")
		.on(vocab.Follow, async (ctx, follow) => {
			await accept(follow);
			const target = ctx.parseUri(follow.objectId);
			const follower = await follow.getActor(ctx);
			if (target?.type !== "actor" || follower === null || follower.id === null) return;
			const known = followersOf.get(target.identifier) ?? new Map<string, vocab.Recipient>();
			followersOf.set(target.identifier, known.set(follower.id.href, follower));
			const answer = new vocab.Accept({
				id: new URL(`/accepts/${++counter}`, origin),
				actor: follow.objectId,
				object: follow,
			});
			await ctx.sendActivity({ identifier: target.identifier }, follower, answer);
		})
		.on(vocab.Undo, async (ctx, undo) => {
			await accept(undo);
			const object = await undo.getObject(ctx);
			if (!(object instanceof vocab.Follow) || undo.actorId === null) return;
			const target = ctx.parseUri(object.objectId);
			if (target?.type === "actor") followersOf.get(target.identifier)?.delete(undo.actorId.href);
		})
		.on(vocab.Activity, (_ctx, activity) => accept(activity));

	const server = createServer((message, response) => {
		toRequest(message, origin)
			.then(async (request) => {
				const copy = message.method === "POST" ? await request.clone().text() : "";
				const answer = await federation.fetch(request, { contextData: undefined });
				response.writeHead(answer.status, Object.fromEntries(answer.headers));
				response.end(Buffer.from(await answer.arrayBuffer()));
				if (copy !== "")
					onRequest({
						method: "POST",
						path: message.url ?? "/",
						headers: message.headers,
						body: copy,
						status: answer.status,
					});
			})
			.catch((error: unknown) => {
				response.writeHead(500).end(String(error));
			});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const host = `localhost:${(server.address() as AddressInfo).port}`;
	const origin = `http://${host}`;
	const context = federation.createContext(new URL(origin), undefined);
	const stopping = new AbortController();
	const queue = federation.startQueue(undefined, { signal: stopping.signal });

	const send = async (name: string, to: vocab.Recipient, activity: vocab.Activity): Promise<void> =>
		context.sendActivity({ identifier: name }, to, activity);
	const fresh = (kind: string): URL => new URL(`/${kind}/${++counter}`, origin);

	function makeNote(
		name: string,
		text: string,
		{
			replyTo,
			audience,
			to = publicCollection,
		}: { replyTo?: string | undefined; audience?: string | undefined; to?: URL } = {},
	): vocab.Note {
		const id = String(++counter);
		const note = new vocab.Note({
			id: context.getObjectUri(vocab.Note, { id }),
			attribution: context.getActorUri(name),
			content: `<p>${text}</p>`,
			to,
			...(audience === undefined ? {} : { cc: new URL(audience), audience: new URL(audience) }),
			...(replyTo === undefined ? {} : { replyTarget: new URL(replyTo) }),
		});
		objects.set(id, note);
		return note;
	}
	const createOf = (name: string, note: vocab.Note): vocab.Create =>
		new vocab.Create({
			id: fresh("creates"),
			actor: context.getActorUri(name),
			object: note,
			to: note.toId ?? publicCollection,
			...(note.ccId === null ? {} : { cc: note.ccId }),
		});

	return {
		origin,
		host,
		inbox,
		actorId: (name) => context.getActorUri(name).href,
		async lookUp(handle) {
			// The library's own WebFinger client only supports https; everything else is done by the library.
			const home = handle.slice(handle.lastIndexOf("@") + 1);
			const answer = await fetch(`http://${home}/.well-known/webfinger?resource=acct:${handle.replace(/^@/, "")}`);
			if (!answer.ok) return null;
			const { links } = (await answer.json()) as { links: { rel: string; type?: string; href?: string }[] };
			const self = links.find((link) => link.rel === "self" && link.type?.includes("activity+json"))?.href;
			return self === undefined ? null : ((await context.lookupObject(self)) as vocab.Actor | null);
		},
		async follow(name, actor) {
			const follow = new vocab.Follow({ id: fresh("follows"), actor: context.getActorUri(name), object: actor.id });
			await send(name, actor, follow);
			return follow.id?.href ?? "";
		},
		async unfollow(name, actor, follow) {
			const object = new vocab.Follow({ id: new URL(follow), actor: context.getActorUri(name), object: actor.id });
			await send(name, actor, new vocab.Undo({ id: fresh("undos"), actor: context.getActorUri(name), object }));
		},
		async post(name, text, { to, ...rest }) {
			const note = makeNote(name, text, rest);
			await send(name, to, createOf(name, note));
			return note.id?.href ?? "";
		},
		async edit(name, id, text, to) {
			const key = id.slice(id.lastIndexOf("/") + 1);
			const note = objects.get(key)?.clone({ content: `<p>${text}</p>` });
			if (note === undefined) throw new Error(`${id} is not a note of this server`);
			objects.set(key, note);
			await send(
				name,
				to,
				new vocab.Update({
					id: fresh("updates"),
					actor: context.getActorUri(name),
					object: note,
					to: publicCollection,
				}),
			);
		},
		async remove(name, id, to) {
			objects.delete(id.slice(id.lastIndexOf("/") + 1));
			const object = new vocab.Tombstone({ id: new URL(id) });
			await send(
				name,
				to,
				new vocab.Delete({ id: fresh("deletes"), actor: context.getActorUri(name), object, to: publicCollection }),
			);
		},
		async like(name, object, to) {
			const like = new vocab.Like({ id: fresh("likes"), actor: context.getActorUri(name), object: new URL(object) });
			await send(name, to, like);
			return like.id?.href ?? "";
		},
		async undoLike(name, like, object, to) {
			const inner = new vocab.Like({ id: new URL(like), actor: context.getActorUri(name), object: new URL(object) });
			await send(name, to, new vocab.Undo({ id: fresh("undos"), actor: context.getActorUri(name), object: inner }));
		},
		async react(name, object, emoji, to) {
			const reaction = new vocab.EmojiReact({
				id: fresh("reactions"),
				actor: context.getActorUri(name),
				object: new URL(object),
				content: emoji,
			});
			await send(name, to, reaction);
			return reaction.id?.href ?? "";
		},
		followers: (name) => [...(followersOf.get(name)?.keys() ?? [])],
		async broadcast(name, text, audience = "public") {
			const note = makeNote(name, text, audience === "public" ? {} : { to: context.getFollowersUri(name) });
			for (const follower of followersOf.get(name)?.values() ?? []) await send(name, follower, createOf(name, note));
			return note.id?.href ?? "";
		},
		async waitFor(fits, what) {
			for (const end = Date.now() + hangGuardMs; ; ) {
				const found = inbox.find(fits);
				if (found !== undefined) return found;
				if (Date.now() > end)
					throw new Error(
						`The peer has not seen ${what}; it has seen ${JSON.stringify(inbox.map((accepted) => [accepted.type, accepted.id]))}`,
					);
				await new Promise((resolve) => setTimeout(resolve, 20));
			}
		},
		async [Symbol.asyncDispose]() {
			stopping.abort();
			await queue;
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
