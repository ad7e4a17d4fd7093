import type { World } from "../../events/world.ts";
import type { BridgeName } from "../../ids.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";
import type { Collection } from "../../ports/store.ts";
import { remoteKey } from "../../remote-key.ts";

/** A remote event that came before what it speaks of (design §3.1 rule 1: a raw row only for what can't be processed now). */
export interface Parked {
	readonly bridge: BridgeName;
	/** The key of the remote id that it waits for. */
	readonly waitsFor: string;
	readonly event: RemoteEvent;
	readonly at: number;
	readonly expires: number;
}

export const parked: Collection<Parked> = {
	name: "parked",
	version: 1,
	indexes: {
		waits: { kinds: ["text", "int"], of: (p) => [p.waitsFor, p.at] },
		expires: { kinds: ["int"], of: (p) => [p.expires] },
	},
};

/** How long an event waits; a removal stands guard this long against its late creation. */
const patienceMs = 24 * 3_600_000;
/** More waiting events than this are a flood, and what comes then is dropped. */
const maxWaiting = 100_000;

/** The waiting room. What is waited for is kept in memory too, so that the usual event costs no look-up. */
export interface WaitingRoom {
	/** Reads what waits already. Called before the first event is taken in. */
	load(): Promise<void>;
	/** Puts an event behind what it waits for; `false`: there is no room. */
	park(bridge: BridgeName, waitsFor: string, event: RemoteEvent): Promise<boolean>;
	/** The events that wait for this remote id, oldest first. */
	waitingFor(key: string): Promise<readonly { readonly id: string; readonly parked: Parked }[]>;
	release(id: string): Promise<void>;
	/** Lets go of what has waited in vain. */
	expire(): Promise<void>;
	/** The keys parked since the last call (at first: all): what they wait for may have arrived at the same moment. */
	fresh(): readonly string[];
}

export function createWaitingRoom(world: Pick<World, "store" | "clock">): WaitingRoom {
	const keys = new Set<string>();
	let fresh = new Set<string>();
	const { store, clock } = world;
	return {
		async load() {
			let after: string | undefined;
			for (;;) {
				const page = await store.page(parked, {
					order: "asc",
					limit: 500,
					...(after === undefined ? {} : { after: [after] }),
				});
				for (const { doc } of page) keys.add(doc.waitsFor);
				after = page.at(-1)?.id;
				if (page.length === 500) continue;
				fresh = new Set(keys);
				return;
			}
		},
		async park(bridge, waitsFor, event) {
			if (keys.size >= maxWaiting) return false;
			const id = remoteKey(bridge, event.id);
			// It was looked at again and waits on: whatever it waits for will find it.
			if (keys.has(waitsFor) && (await store.get(parked, id)) !== undefined) return true;
			const now = clock.now();
			keys.add(waitsFor);
			fresh.add(waitsFor);
			await store.insertMissing(parked, [{ id, doc: { bridge, waitsFor, event, at: now, expires: now + patienceMs } }]);
			return true;
		},
		async waitingFor(key) {
			if (!keys.has(key)) return [];
			const page = await store.page(parked, { index: "waits", prefix: [key], order: "asc", limit: 200 });
			if (page.length === 0) keys.delete(key);
			return page.map((row) => ({ id: row.id, parked: row.doc }));
		},
		async release(id) {
			await store.delete(parked, id);
		},
		async expire() {
			const page = await store.page(parked, { index: "expires", order: "asc", limit: 500 });
			for (const row of page) if (row.doc.expires <= clock.now()) await store.delete(parked, row.id);
		},
		fresh() {
			const list = [...fresh];
			fresh = new Set();
			return list;
		},
	};
}
