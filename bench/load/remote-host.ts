/**
 * The server of the senders of B1. It serves their actors, keys and handles, and accepts every follow. The load gets the private
 * keys, with which it signs the senders' activities.
 */
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { request } from "undici";
import { serveCalls } from "../serve-calls.ts";
import { signedHeaders } from "./signing.ts";

export interface Sender {
	/** The actor's id. */
	readonly id: string;
	/** `name@host:port` */
	readonly address: string;
	readonly privateKeyPem: string;
	readonly publicKeyPem: string;
}

const senders = new Map<string, Sender>();
const accepted = new Set<string>();
let fetches = 0;

const server = createServer((request, response) => {
	answer(request, response).catch((error: unknown) => {
		console.error(error);
		response.writeHead(500).end();
	});
});

async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
	const { pathname, searchParams } = new URL(message.url ?? "/", "http://localhost");
	if (message.method === "POST") {
		response.writeHead(202).end();
		await accept(JSON.parse(await text(message)) as Activity);
	} else if (pathname === "/.well-known/webfinger") {
		const sender = [...senders.values()].find(({ id, address }) =>
			[`acct:${address}`, id].includes(searchParams.get("resource") ?? ""),
		);
		const links = [{ rel: "self", type: "application/activity+json", href: sender?.id }];
		json(
			response,
			"application/jrd+json",
			sender && { subject: `acct:${sender.address}`, aliases: [sender.id], links },
		);
	} else {
		fetches++;
		const sender = senders.get(pathname);
		json(response, "application/activity+json", sender && actorOf(sender));
	}
}

function json(response: ServerResponse, type: string, value: unknown): void {
	if (value === undefined) response.writeHead(404).end();
	else response.writeHead(200, { "content-type": type }).end(JSON.stringify(value));
}

function actorOf({ id, address, publicKeyPem }: Sender): object {
	const name = address.split("@", 1)[0];
	return {
		"@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
		id,
		type: "Person",
		preferredUsername: name,
		name,
		summary: "",
		url: id,
		inbox: `${id}/inbox`,
		outbox: `${id}/outbox`,
		followers: `${id}/followers`,
		endpoints: { sharedInbox: new URL("/inbox", id).href },
		publicKey: { id: `${id}#main-key`, owner: id, publicKeyPem },
	};
}

interface Activity {
	readonly type: string;
	readonly id: string;
	readonly actor: string;
	readonly object: unknown;
}

async function accept(follow: Activity): Promise<void> {
	const sender = typeof follow.object === "string" ? senders.get(new URL(follow.object).pathname) : undefined;
	if (follow.type !== "Follow" || sender === undefined || accepted.has(follow.id)) return;
	accepted.add(follow.id);
	const found = await request(follow.actor, { headers: { accept: "application/activity+json" } });
	const { inbox } = (await found.body.json()) as { inbox: string };
	const id = `${sender.id}/accepts/${accepted.size}`;
	const body = JSON.stringify({
		"@context": "https://www.w3.org/ns/activitystreams",
		id,
		type: "Accept",
		actor: sender.id,
		object: follow,
	});
	const headers = await signedHeaders(
		new URL(inbox),
		body,
		`${sender.id}#main-key`,
		createPrivateKey(sender.privateKeyPem),
	);
	const answered = await request(inbox, { method: "POST", headers, body });
	if (answered.statusCode >= 300)
		throw new Error(`An Accept was answered with ${answered.statusCode}: ${await answered.body.text()}`);
	await answered.body.dump();
}

const calls = {
	/** Starts the server, and creates the senders. */
	async open(count: number): Promise<readonly Sender[]> {
		await new Promise<void>((resolve) => server.listen(0, "127.0.1.1", resolve));
		const host = `127.0.1.1:${(server.address() as AddressInfo).port}`;
		for (let n = 0; n < count; n++) {
			const { privateKey, publicKey } = generateKeyPairSync("rsa", {
				modulusLength: 2048,
				publicKeyEncoding: { type: "spki", format: "pem" },
				privateKeyEncoding: { type: "pkcs8", format: "pem" },
			});
			const path = `/users/sender${n}`;
			senders.set(path, {
				id: `http://${host}${path}`,
				address: `sender${n}@${host}`,
				privateKeyPem: privateKey,
				publicKeyPem: publicKey,
			});
		}
		return [...senders.values()];
	},
	/** How many times an actor or a key was fetched. */
	fetches: (): number => fetches,
};
export type RemoteHost = typeof calls;
serveCalls(calls);
