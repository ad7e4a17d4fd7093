import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ExecutionContext } from "ava";
import { PayloadTooLarge } from "#core/errors.ts";
import type { BridgeRequest } from "#core/ports/bridge/request.ts";

/** The response of a route of the peer. */
export interface Answer {
	readonly status?: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: unknown;
}
export interface Asked {
	readonly method: string;
	readonly url: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

/** A server on loopback whose ActivityPub responses a test sets, so that it can misbehave in every way. */
export interface FediversePeer {
	readonly origin: string;
	readonly asked: Asked[];
	readonly routes: Map<string, Answer | ((asked: Asked) => Answer)>;
	/** Publishes an actor, its key and its WebFinger. */
	actor(name: string, fields?: Record<string, unknown>): PeerActor;
}
export interface PeerActor {
	readonly id: string;
	readonly keyId: string;
	readonly privateKey: KeyObject;
	readonly document: Record<string, unknown>;
}

// One key for all peers of a test file: generating one takes longer than a test.
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const peerPem = publicKey.export({ type: "spki", format: "pem" }) as string;

export async function startPeer(t: ExecutionContext): Promise<FediversePeer> {
	const routes: FediversePeer["routes"] = new Map();
	const asked: Asked[] = [];
	const server = createServer((request, response) => void answer(request, response));
	const answer = async (request: IncomingMessage, response: ServerResponse) => {
		let body = "";
		for await (const chunk of request) body += String(chunk);
		const seen = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
		asked.push(seen);
		const route = routes.get(seen.url) ?? routes.get(seen.url.split("?", 1)[0] ?? "");
		const given = typeof route === "function" ? route(seen) : (route ?? { status: 404 });
		response.writeHead(given.status ?? 200, { "content-type": "application/activity+json", ...given.headers });
		response.end(typeof given.body === "string" ? given.body : JSON.stringify(given.body ?? {}));
	};
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	const origin = `http://${host}`;

	return {
		origin,
		asked,
		routes,
		actor(name, fields = {}) {
			const id = `${origin}/u/${name}`;
			const keyId = `${id}#main-key`;
			const document = {
				"@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
				id,
				type: "Person",
				preferredUsername: name,
				inbox: `${id}/inbox`,
				endpoints: { sharedInbox: `${origin}/inbox` },
				publicKey: { id: keyId, owner: id, publicKeyPem: peerPem },
				...fields,
			};
			routes.set(`/u/${name}`, { body: document });
			const finger = {
				subject: `acct:${name}@${host}`,
				links: [{ rel: "self", type: "application/activity+json", href: id }],
			};
			routes.set(`/.well-known/webfinger?resource=${encodeURIComponent(`acct:${name}@${host}`)}`, {
				headers: { "content-type": "application/jrd+json" },
				body: finger,
			});
			return { id, keyId, privateKey, document };
		},
	};
}

/** How a request is signed, correctly or not. */
export interface SignedPost {
	readonly origin: string;
	readonly path?: string;
	readonly keyId: string;
	readonly body: unknown;
	readonly date?: Date;
	readonly covered?: readonly string[];
	/** The body that is sent instead of the signed one. */
	readonly sent?: string;
	readonly contentType?: string;
	readonly key?: KeyObject;
}

/** A POST to one of our inboxes, signed like Mastodon's (draft-cavage), implemented independently of the provider. */
export function signedPost(options: SignedPost): BridgeRequest {
	const {
		origin,
		path = "/inbox",
		keyId,
		covered = ["(request-target)", "host", "date", "digest"],
		key = privateKey,
	} = options;
	const body = typeof options.body === "string" ? options.body : JSON.stringify(options.body);
	const headers: Record<string, string> = {
		host: new URL(origin).host,
		date: (options.date ?? new Date()).toUTCString(),
		digest: `SHA-256=${createHash("sha256").update(body).digest("base64")}`,
		"content-type": options.contentType ?? "application/activity+json",
	};
	const text = covered
		.map((name) => (name === "(request-target)" ? `(request-target): post ${path}` : `${name}: ${headers[name]}`))
		.join("\n");
	const signature = sign("sha256", Buffer.from(text), key).toString("base64");
	headers["signature"] =
		`keyId="${keyId}",algorithm="rsa-sha256",headers="${covered.join(" ")}",signature="${signature}"`;
	return plainRequest("POST", path, headers, options.sent ?? body);
}

export function plainRequest(
	method: string,
	target: string,
	headers: Record<string, string> = {},
	body = "",
): BridgeRequest {
	const at = target.indexOf("?");
	return {
		method,
		path: at === -1 ? target : target.slice(0, at),
		query: at === -1 ? "" : target.slice(at),
		headers,
		remoteAddress: "127.0.0.1",
		async body(maxBytes) {
			const buffer = Buffer.from(body);
			if (buffer.length > maxBytes) throw new PayloadTooLarge(`${maxBytes} bytes`);
			return buffer;
		},
		async *stream(maxBytes) {
			yield await this.body(maxBytes);
		},
	};
}

/** The headers of a GET that an actor of a peer signs (draft-cavage). @param key another key than the actor's, to forge the signature */
export function signedGetHeaders(
	url: string,
	keyId: string,
	{ method = "GET", key = privateKey }: { method?: "GET" | "HEAD"; key?: KeyObject } = {},
): Record<string, string> {
	const { host, pathname, search } = new URL(url);
	const date = new Date().toUTCString();
	const text = `(request-target): ${method.toLowerCase()} ${pathname}${search}\nhost: ${host}\ndate: ${date}`;
	const signature = sign("sha256", Buffer.from(text), key).toString("base64");
	return {
		date,
		accept: "application/activity+json",
		signature: `keyId="${keyId}",algorithm="rsa-sha256",headers="(request-target) host date",signature="${signature}"`,
	};
}
