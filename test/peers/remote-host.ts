import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { freePort } from "../support/free-port.ts";

/** How the inboxes of a host respond to deliveries. */
export type Behaviour =
	| { readonly kind: "ok" }
	/** Answers with this status and does not accept the message. */
	| { readonly kind: "refuse"; readonly status: number; readonly retryAfter?: string }
	/** Accepts the message and never answers. */
	| { readonly kind: "hang" }
	/** Accepts the message and answers after a delay. */
	| { readonly kind: "slow"; readonly ms: number }
	/** Accepts the message, and the response is lost. */
	| { readonly kind: "lose" }
	/** Accepts the message, and sends a body that never ends, a long page, or one that is cut. */
	| { readonly kind: "babble"; readonly body: "drip" | "page" | "cut" };

/** A POST that reached an inbox, in the order of arrival. */
export interface Arrival {
	readonly at: number;
	readonly path: string;
	readonly type: string;
	/** The activity's own id. */
	readonly id: string;
	/** The id of its object, or the object itself if it is an id. */
	readonly object: string;
	readonly digest: string;
	readonly activity: Json;
	/** Whether this host accepted the message. */
	readonly accepted: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * A fediverse host for faults that a real one can't be made to show. Every actor that is requested exists: documents, keys
 * and WebFinger are generated. Its ledger records outside the provider what arrived, when, and how often.
 */
export interface RemoteHost extends AsyncDisposable {
	readonly origin: string;
	/** `localhost:port` */
	readonly host: string;
	/** The port that it listens on. */
	readonly port: number;
	readonly ledger: readonly Arrival[];
	behaviour: Behaviour;
	/** Stops listening. */
	close(): Promise<void>;
	/** Listens again, on the same port. */
	open(): Promise<void>;
	actor(name: string): string;
	/** Signs an activity for one of its people and sends it. Resolves with the status; `undefined`: there was no response. */
	send(by: string, activity: Json, inbox: string): Promise<number | undefined>;
}

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = publicKey.export({ type: "spki", format: "pem" }) as string;

/**
 * Starts it on a free port of this machine.
 *
 * @param address host and port that others know; they must be redirected to its port. Absent: `localhost` and the port
 */
export async function startRemoteHost(address?: string): Promise<RemoteHost> {
	const port = await freePort();
	const host = address ?? `localhost:${port}`;
	const origin = `http://${host}`;
	const ledger: Arrival[] = [];
	let server: Server | undefined;

	async function accept(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = await text(request);
		const { behaviour } = remote;
		ledger.push({ ...readArrival(request.url ?? "", body), accepted: behaviour.kind !== "refuse" });
		if (behaviour.kind === "hang") return;
		if (behaviour.kind === "lose") return void request.socket.destroy();
		if (behaviour.kind === "slow") await new Promise((resolve) => setTimeout(resolve, behaviour.ms));
		if (behaviour.kind === "babble") return babble(response, behaviour.body);
		const refused = behaviour.kind === "refuse" ? behaviour : undefined;
		const headers = refused?.retryAfter === undefined ? {} : { "retry-after": refused.retryAfter };
		response.writeHead(refused?.status ?? 202, headers).end();
	}

	function show(url: URL, response: ServerResponse): void {
		const answer = (type: string, body: unknown) =>
			response.writeHead(200, { "content-type": type }).end(JSON.stringify(body));
		const name = /^\/u\/([a-z0-9]+)$/.exec(url.pathname)?.[1];
		if (name !== undefined) return void answer("application/activity+json", actorDocument(name));
		const asked = /^acct:([a-z0-9]+)@/.exec(url.searchParams.get("resource") ?? "")?.[1];
		if (url.pathname === "/.well-known/webfinger" && asked !== undefined) {
			const links = [{ rel: "self", type: "application/activity+json", href: remote.actor(asked) }];
			return void answer("application/jrd+json", { subject: `acct:${asked}@${host}`, links });
		}
		response.writeHead(404).end();
	}

	const actorDocument = (name: string): Json => ({
		"@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
		id: remote.actor(name),
		type: "Person",
		preferredUsername: name,
		inbox: `${remote.actor(name)}/inbox`,
		endpoints: { sharedInbox: `${origin}/inbox` },
		publicKey: { id: `${remote.actor(name)}#main-key`, owner: remote.actor(name), publicKeyPem: pem },
	});

	const remote: RemoteHost = {
		origin,
		host,
		port,
		ledger,
		behaviour: { kind: "ok" },
		async open() {
			const opened = createServer((request, response) => {
				if (request.method === "POST") void accept(request, response).catch(() => response.destroy());
				else show(new URL(request.url ?? "/", origin), response);
			});
			server = opened;
			await new Promise<void>((resolve) => opened.listen(port, "127.0.0.1", resolve));
		},
		async close() {
			server?.closeAllConnections();
			await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
			server = undefined;
		},
		actor: (name) => `${origin}/u/${name}`,
		async send(by, activity, inbox) {
			const body = JSON.stringify({
				"@context": "https://www.w3.org/ns/activitystreams",
				actor: remote.actor(by),
				...activity,
			});
			const headers = {
				"content-type": "application/activity+json",
				...signed(new URL(inbox), body, remote.actor(by)),
			};
			try {
				const response = await fetch(inbox, { method: "POST", headers, body });
				await response.arrayBuffer();
				return response.status;
			} catch {
				return undefined;
			}
		},
		[Symbol.asyncDispose]: () => remote.close(),
	};
	await remote.open();
	return remote;
}

function babble(response: ServerResponse, body: "drip" | "page" | "cut"): void {
	response.statusCode = 202;
	if (body === "page") return void response.end("<p>Accepted, thank you.</p>".repeat(10_000));
	if (body === "cut") return void response.setHeader("content-length", 1000).write("<p>", () => response.destroy());
	const drip = setInterval(() => response.write("."), 20);
	response.on("close", () => clearInterval(drip));
}

function readArrival(path: string, body: string): Omit<Arrival, "accepted"> {
	const activity = JSON.parse(body) as Json;
	const { id, type, object } = activity;
	const about = typeof object === "object" && object !== null ? (object as Json).id : object;
	const digest = createHash("sha256").update(body).digest("base64");
	return { at: Date.now(), path, type: String(type), id: String(id), object: String(about), digest, activity };
}

/** Signs with draft-cavage, as most servers do. */
function signed(inbox: URL, body: string, actor: string, key: KeyObject = privateKey): Record<string, string> {
	const digest = `SHA-256=${createHash("sha256").update(body).digest("base64")}`;
	const date = new Date().toUTCString();
	const covered = [
		`(request-target): post ${inbox.pathname}`,
		`host: ${inbox.host}`,
		`date: ${date}`,
		`digest: ${digest}`,
	];
	const signature = sign("sha256", Buffer.from(covered.join("\n")), key).toString("base64");
	return {
		date,
		digest,
		signature: `keyId="${actor}#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="${signature}"`,
	};
}
