import type { buildConnector } from "undici";
import { Pool } from "./undici.ts";

/** The sockets to one origin, how many exchanges use them or wait for them, and when the origin last answered one. */
export interface PoolSlot {
	readonly origin: string;
	readonly pool: Pool;
	inFlight: number;
	/** `performance.now()`; undefined: not yet. */
	answeredAt?: number;
}

export interface Pools {
	/** Returns the slot of this origin, if there is one, and marks it as the most recently used. */
	get(origin: string): PoolSlot | undefined;
	open(origin: string): PoolSlot;
	readonly size: number;
	/** Closes the sockets at once; requests in flight fail. */
	close(): Promise<void>;
}

const CONNECTIONS_PER_HOST = 2;
/** Idle sockets are kept this long, unless the peer's Keep-Alive header says less. */
const KEEP_ALIVE_MS = 30_000;
const KEEP_ALIVE_MAX_MS = 60_000;
/** How many slots a search for an idle one looks at, so that it never scans all of them when all are busy. */
const EVICTION_SEARCH_LIMIT = 16;

/**
 * Keeps one pool of at most two HTTP/1.1 sockets per origin. A pool is removed with its last socket; beyond `max` pools the
 * least recently used idle one is closed. So memory stays bounded with thousands of hosts.
 */
export function createPools(connect: buildConnector.connector, max: number): Pools {
	/** In order of last use. */
	const slots = new Map<string, PoolSlot>();

	function drop(slot: PoolSlot): void {
		if (slots.get(slot.origin) !== slot) return;
		slots.delete(slot.origin);
		// Resolves when the sockets are closed; nothing depends on that.
		void slot.pool.close();
	}

	function makeRoom(): void {
		let looked = 0;
		for (const slot of slots.values()) {
			if (slots.size < max || looked++ === EVICTION_SEARCH_LIMIT) return;
			if (slot.inFlight === 0) drop(slot);
		}
	}

	return {
		get size() {
			return slots.size;
		},
		get(origin) {
			const slot = slots.get(origin);
			if (slot === undefined) return undefined;
			slots.delete(origin);
			slots.set(origin, slot);
			return slot;
		},
		open(origin) {
			makeRoom();
			const pool = new Pool(origin, {
				connect,
				connections: CONNECTIONS_PER_HOST,
				pipelining: 1,
				keepAliveTimeout: KEEP_ALIVE_MS,
				keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
				// One timer per exchange covers all phases, so undici's own timers are not needed.
				headersTimeout: 0,
				bodyTimeout: 0,
			});
			const slot: PoolSlot = { origin, pool, inFlight: 0 };
			const dropWhenUnused = () => {
				if (slot.inFlight === 0 && pool.stats.connected === 0) drop(slot);
			};
			pool.on("disconnect", dropWhenUnused);
			pool.on("connectionError", dropWhenUnused);
			slots.set(origin, slot);
			return slot;
		},
		async close() {
			const open = [...slots.values()];
			slots.clear();
			await Promise.all(open.map(({ pool }) => pool.destroy()));
		},
	};
}
