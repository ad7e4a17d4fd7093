/**
 * The peer of B1 and B3: Fedify 2.3.6 with its stores in memory. For B1 it has an inbox listener behind its in-process queue. For B3
 * it sends a memo with one call of `sendActivity`, in the requested setting.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import {
	createFederation,
	generateCryptoKeyPair,
	InProcessMessageQueue,
	MemoryKvStore,
	ParallelMessageQueue,
} from "@fedify/fedify";
import * as vocab from "@fedify/fedify/vocab";
import { serveCalls } from "../serve-calls.ts";

/** The setting of its queue for sending. */
export interface Setting {
	/** The width of the queue; 0: no concurrency. */
	readonly parallel: number;
	readonly fanout: "auto" | "skip";
}

const markers = new Set<string>();
const keyPair = await generateCryptoKeyPair("RSASSA-PKCS1-v1_5");

function federationFor({ parallel }: Pick<Setting, "parallel">) {
	const queue = new InProcessMessageQueue();
	const federation = createFederation<void>({
		kv: new MemoryKvStore(),
		queue: parallel === 0 ? queue : new ParallelMessageQueue(queue, parallel),
		allowPrivateAddress: true,
		firstKnock: "draft-cavage-http-signatures-12",
	});
	federation
		.setActorDispatcher("/users/{identifier}", async (context, identifier) => {
			const [keys] = await context.getActorKeyPairs(identifier);
			return new vocab.Person({
				id: context.getActorUri(identifier),
				preferredUsername: identifier,
				inbox: context.getInboxUri(identifier),
				...(keys === undefined ? {} : { publicKey: keys.cryptographicKey }),
			});
		})
		.setKeyPairsDispatcher(() => [keyPair]);
	federation.setInboxListeners("/users/{identifier}/inbox", "/inbox").on(vocab.Create, async (_context, create) => {
		const note = await create.getObject();
		const marker = /The marker of this one is ([\w-]+)\./.exec(String(note?.content))?.[1];
		if (marker !== undefined) markers.add(marker);
	});
	return federation;
}

const inboxes = federationFor({ parallel: 0 });
const server = createServer((message, response) => {
	toRequest(message)
		.then((request) => inboxes.fetch(request, { contextData: undefined }))
		.then(async (answer) =>
			response
				.writeHead(answer.status, Object.fromEntries(answer.headers))
				.end(Buffer.from(await answer.arrayBuffer())),
		)
		.catch((error: unknown) => response.writeHead(500).end(String(error)));
});
let origin = "";

async function toRequest(message: IncomingMessage): Promise<Request> {
	const { method = "GET", url = "/" } = message;
	const headers = Object.entries(message.headers).flatMap(([name, value]): [string, string][] =>
		value === undefined ? [] : [[name, String(value)]],
	);
	return new Request(new URL(url, origin), {
		method,
		headers,
		...(method === "POST" ? { body: new Uint8Array(await buffer(message)) } : {}),
	});
}

const senders = new Map<string, ReturnType<typeof federationFor>>();

function senderFor(setting: Setting): ReturnType<typeof federationFor> {
	const name = JSON.stringify(setting);
	const federation = senders.get(name) ?? federationFor(setting);
	senders.set(name, federation);
	return federation;
}

const calls = {
	/** Resolves with the origin of the server. */
	async open(): Promise<string> {
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		origin = `http://localhost:${(server.address() as AddressInfo).port}`;
		return origin;
	},
	/** Resolves when the listener has handled the activities with these markers, with their number. */
	async handled(expected: readonly string[]): Promise<number> {
		for (;;) {
			const seen = expected.filter((marker) => markers.has(marker)).length;
			if (seen === expected.length) return seen;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	},
	/** Sends one memo to followers, ten for each shared inbox. Resolves when the memo is queued. */
	async send(
		setting: Setting,
		sharedInboxes: readonly string[],
		followersEach: number,
		id: string,
		text: string,
	): Promise<void> {
		const context = senderFor(setting).createContext(new URL(origin), undefined);
		const actor = context.getActorUri("jane");
		const followers = sharedInboxes.flatMap((sharedInbox) =>
			Array.from({ length: followersEach }, (_, n) => ({
				id: new URL(`/users/follower${n}`, sharedInbox),
				inboxId: new URL(`/users/follower${n}/inbox`, sharedInbox),
				endpoints: { sharedInbox: new URL(sharedInbox) },
			})),
		);
		const to = new URL("https://www.w3.org/ns/activitystreams#Public");
		const note = new vocab.Note({
			id: new URL(`/notes/${id}`, origin),
			attribution: actor,
			content: text,
			mediaType: "text/html",
			to,
		});
		const create = new vocab.Create({ id: new URL(`/creates/${id}`, origin), actor, object: note, to });
		await context.sendActivity({ identifier: "jane" }, followers, create, {
			preferSharedInbox: true,
			fanout: setting.fanout,
		});
	},
};
export type FedifyPeer = typeof calls;
serveCalls(calls);
