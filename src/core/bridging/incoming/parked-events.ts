import { createHash } from "node:crypto";
import type { CoreContext } from "../../events/context.ts";
import { pagesOf } from "../../events/pages.ts";
import type { BridgeName } from "../../ids.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";
import type { Collection } from "../../ports/store.ts";

/** A remote event that arrived before its target (design §3.1 rule 1: a raw row is only stored for what can't be processed now). */
export interface ParkedEvent {
	readonly bridge: BridgeName;
	/** The key of the remote id that the event waits for. */
	readonly waitsFor: string;
	readonly event: RemoteEvent;
	/** Whether its target is looked for; otherwise it waits for the target to arrive by itself. */
	readonly isWanted?: true;
	readonly at: number;
	readonly expires: number;
}

/** The parked events, by what they say and wait for: their own remote ids may have been used before. */
export const parked: Collection<ParkedEvent> = {
	name: "parked",
	version: 1,
	indexes: {
		waits: { kinds: ["text", "int"], of: (p) => [p.waitsFor, p.at] },
		expires: { kinds: ["int"], of: (p) => [p.expires] },
	},
};

/** How long an event stays parked; for this long a removal also prevents the late creation of its target. */
const parkedMs = 24 * 3_600_000;
/** How many remote ids can be waited for; beyond that it is a flood, and further events are ignored. */
const maxParked = 100_000;

/** Keeps events that wait for their target. The awaited keys are cached in memory, so that most events cost no look-up. */
export interface ParkedEvents {
	/** Reads the keys of the stored events. Called before the first event is received. */
	load(): Promise<void>;
	/** Parks an event until the remote id `waitsFor` arrives; `false` if too many are parked. */
	park(bridge: BridgeName, waitsFor: string, event: RemoteEvent, options?: { isWanted: boolean }): Promise<boolean>;
	/** The events that wait for a remote id, oldest first. */
	waitingFor(key: string): Promise<readonly { readonly id: string; readonly parked: ParkedEvent }[]>;
	/** Deletes a parked event. */
	release(id: string): Promise<void>;
	/** Deletes events that have waited too long. */
	expire(): Promise<void>;
	/** The keys that were parked since the last call (at first, all keys): their targets may have arrived at the same moment. */
	takeNewKeys(): readonly string[];
}

function parkedId(bridge: BridgeName, waitsFor: string, event: RemoteEvent): string {
	const { profile: _, ...sender } = event.sender;
	const said = JSON.stringify([waitsFor, { ...event, sender }]);
	return `${bridge}~${createHash("sha256").update(said).digest("base64url")}`;
}

/** Parks events in {@link parked}. */
export function createParkedEvents(context: Pick<CoreContext, "store" | "clock">): ParkedEvents {
	const keys = new Set<string>();
	let newKeys = new Set<string>();
	const { store, clock } = context;
	return {
		async load() {
			for await (const page of pagesOf(store, parked, { limit: 500 }))
				for (const { doc } of page) keys.add(doc.waitsFor);
			newKeys = new Set(keys);
		},
		async park(bridge, waitsFor, event, { isWanted } = { isWanted: false }) {
			if (keys.size >= maxParked) return false;
			const id = parkedId(bridge, waitsFor, event);
			// The event was retried and is still waiting; the arrival of its target will find it.
			if (keys.has(waitsFor) && (await store.get(parked, id)) !== undefined) return true;
			const now = clock.now();
			keys.add(waitsFor);
			newKeys.add(waitsFor);
			const doc = { bridge, waitsFor, event, ...(isWanted ? { isWanted } : {}), at: now, expires: now + parkedMs };
			await store.insertMissing(parked, [{ id, doc }]);
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
		takeNewKeys() {
			const list = [...newKeys];
			newKeys = new Set();
			return list;
		},
	};
}
