import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { ExecutionContext } from "ava";
import { type DeviceKeyPair, newKeyPair } from "../support/device.ts";

/** A user of the fake provider, as it publishes them. */
export interface Resident {
	id: string;
	displayName: string;
	avatar?: string;
	updatedAt: string;
	/** Ids → keys. */
	readonly keys: Map<string, DeviceKeyPair>;
}

/** A small OFSCP provider: it publishes keys and users, records requests, and can be made to misbehave. */
export interface OfscpHome {
	/** `127.0.0.1:port` */
	readonly domain: string;
	/** The port that it listens on. */
	readonly port: number;
	readonly residents: Map<string, Resident>;
	/** Ids → the provider's own keys. */
	readonly ownKeys: Map<string, DeviceKeyPair>;
	readonly asked: { readonly path: string; readonly headers: IncomingMessage["headers"] }[];
	/** Responses that replace the usual ones, by path. */
	readonly instead: Map<string, Answer>;
	/** How long its keys may be cached, in milliseconds from now; undefined: no `cache_until` is sent. */
	cacheMs: number | undefined;
	/** True: connections are closed at once. */
	away: boolean;
	/** Creates a user with one key. */
	resident(handle: string, keyId?: string): Resident;
	/** The number of requests whose path begins with `path`. */
	count(path: string): number;
}

/** @param address host and port that others know; they must be redirected to its port. Absent: `127.0.0.1` and the port */
export async function startHome(t: Pick<ExecutionContext, "teardown">, address?: string): Promise<OfscpHome> {
	const server = createServer((request, response) => {
		const path = decodeURIComponent(request.url ?? "");
		if (home.away) return void request.socket.destroy();
		home.asked.push({ path, headers: request.headers });
		const reply = home.instead.get(path) ?? answer(path, request.headers);
		response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
		response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	const domain = address ?? `127.0.0.1:${port}`;

	function answer(path: string, { "if-none-match": known }: IncomingMessage["headers"]): Answer {
		if (path === "/.well-known/ofscp-provider")
			return { status: 200, body: { provider: { domain, publicKeys: listOf(home.ownKeys) } } };
		const handle = /^\/\.well-known\/ofscp\/users\/([^/]+)\/keys$/.exec(path)?.[1];
		const asked = handle ?? /^\/api\/identity\/users\/([^@]+)@/.exec(path)?.[1];
		const resident = home.residents.get(asked ?? "");
		if (resident === undefined) return { status: 404, body: {} };
		const { keys, ...person } = resident;
		if (handle !== undefined) {
			const until =
				home.cacheMs === undefined ? {} : { cache_until: new Date(Date.now() + home.cacheMs).toISOString() };
			return { status: 200, body: { actor: `${handle}@${domain}`, keys: listOf(keys), ...until } };
		}
		const headers = { etag: `"${person.updatedAt}"` };
		if (known === headers.etag) return { status: 304, headers };
		return { status: 200, headers, body: { ...person, handle: asked, home: domain } };
	}

	const home: OfscpHome = {
		domain,
		port,
		residents: new Map(),
		ownKeys: new Map(),
		asked: [],
		instead: new Map(),
		cacheMs: 3_600_000,
		away: false,
		resident(handle, keyId = `dk_${handle}`) {
			const made: Resident = {
				id: `usr_${handle}`,
				displayName: handle.toUpperCase(),
				updatedAt: "2026-01-01T00:00:00.000Z",
				keys: new Map([[keyId, newKeyPair()]]),
			};
			home.residents.set(handle, made);
			return made;
		},
		count: (path) => home.asked.filter((asked) => asked.path.startsWith(path)).length,
	};
	return home;
}

interface Answer {
	readonly status: number;
	readonly body?: unknown;
	readonly headers?: Record<string, string>;
}

const listOf = (keys: ReadonlyMap<string, DeviceKeyPair>) =>
	[...keys].map(([key_id, { publicKey }]) => ({ key_id, algorithm: "Ed25519", public_key: publicKey }));
