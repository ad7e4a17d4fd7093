import { accountByRemote } from "../../accounts/find-account.ts";
import type { CoreContext } from "../../events/context.ts";
import { pagesOf } from "../../events/pages.ts";
import { memberships } from "../../groups/membership.ts";
import type { BridgeName } from "../../ids.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { Duplicate, type Stored } from "../../ports/store.ts";
import { createParkedCounts, type ParkedAmount, type ParkedLimits, parkedLimits } from "./parked-counts.ts";
import {
	firstOrderAt,
	type ParkedEvent,
	type ParkedRank,
	type ParkedScope,
	parked,
	parkedEvent,
	parkedRanks,
	scopeOf,
} from "./parked-event.ts";

/** How long an event stays parked; for this long a removal also prevents the late creation of its target. */
const parkedMs = 24 * 3_600_000;
const pageSize = 200;

/**
 * Keeps events that wait for their target, within limits on their number and size. Over a limit, the oldest events of strangers are dropped,
 * then those of people who are known here. What is counted is kept in memory, so that most events cost no look-up.
 */
export interface ParkedEvents {
	/** Counts the stored events. Called before the first event is received. */
	load(): Promise<void>;
	/** Parks an event until the remote id `waitsFor` arrives; `false` if there is no room for it. */
	park(bridge: BridgeName, waitsFor: string, event: RemoteEvent, options?: { isWanted: boolean }): Promise<boolean>;
	/** All events that wait for a remote id, oldest first, page by page. Events that are released meanwhile don't matter. */
	waitingFor(key: string): AsyncIterable<readonly Stored<ParkedEvent>[]>;
	/** The newest events that wait for a remote id and undo it, oldest first. @param sender the key of their sender; absent: of all */
	undoing(key: string, sender?: string): Promise<readonly Stored<ParkedEvent>[]>;
	/** True if a wanted message waits for a remote id. */
	isWanted(key: string): Promise<boolean>;
	/** Deletes a parked event. */
	release(row: Stored<ParkedEvent>): Promise<void>;
	/** Deletes events that have waited too long. */
	expire(): Promise<void>;
	/** The keys that were parked since the last call (at first, all keys): their targets may have arrived at the same moment. */
	takeNewKeys(): readonly string[];
	/** Has a key returned by {@link takeNewKeys} again. */
	retryLater(key: string): void;
	/** How much is parked. */
	amount(): ParkedAmount;
}

/** What {@link createParkedEvents} can be given. */
export interface ParkedOptions {
	readonly limits?: ParkedLimits;
	/** Called for each event that is dropped or refused, with the limit that it would exceed. */
	readonly onDropped?: (bridge: BridgeName, scope: ParkedScope) => void;
}

/** Parks events in {@link parked}. */
export function createParkedEvents(
	context: Pick<CoreContext, "store" | "clock">,
	{ limits = parkedLimits, onDropped = () => {} }: ParkedOptions = {},
): ParkedEvents {
	const counts = createParkedCounts(limits);
	let newKeys = new Set<string>();
	let lastOrder = 0;
	const { store, clock } = context;
	const isAwaited = (key: string): boolean => counts.of("key", key).rows > 0;

	async function release({ id, doc }: Stored<ParkedEvent>): Promise<boolean> {
		const isDeleted = await store.delete(parked, id);
		if (isDeleted) counts.remove(doc);
		return isDeleted;
	}

	/** Drops events until all limits hold; `false` if only events remain that are worth more than this one. */
	async function makeRoom(doc: ParkedEvent): Promise<boolean> {
		for (let scope = counts.exceeded(doc); scope !== undefined; scope = counts.exceeded(doc)) {
			const victim = await leastOf(scope, doc);
			if (victim === undefined) {
				onDropped(doc.bridge, scope);
				return false;
			}
			if (await release(victim)) onDropped(victim.doc.bridge, scope);
		}
		return true;
	}

	/** The oldest event in a scope that is worth no more than this one. */
	async function leastOf(scope: ParkedScope, doc: ParkedEvent): Promise<Stored<ParkedEvent> | undefined> {
		for (const [rank, name] of parkedRanks.entries()) {
			if (name === "wanted" || rank > parkedRanks.indexOf(doc.rank)) return undefined;
			const prefix = [scopeOf[scope](doc), rank];
			const [oldest] = await store.page(parked, { index: scope, prefix, order: "asc", limit: 1 });
			if (oldest !== undefined) return oldest;
		}
		return undefined;
	}

	return {
		async load() {
			for await (const page of pagesOf(store, parked, { limit: 500 })) {
				for (const { doc } of page) {
					counts.add(doc);
					lastOrder = Math.max(lastOrder, doc.order);
				}
			}
			newKeys = new Set(counts.names("key"));
		},
		async park(bridge, waitsFor, event, { isWanted } = { isWanted: false }) {
			const now = clock.now();
			const rank = isWanted ? "wanted" : await rankOf(context, bridge, event);
			lastOrder = Math.max(lastOrder + 1, firstOrderAt(now));
			const rest = { rank, order: lastOrder, at: now, expires: now + parkedMs };
			const { id, doc } = parkedEvent(bridge, waitsFor, event, rest);
			// The event was retried and is still waiting; the arrival of its target will find it.
			if (isAwaited(waitsFor) && (await store.get(parked, id)) !== undefined) return true;
			// Counted before it is stored, so that concurrent events can't exceed the limits together.
			counts.add(doc);
			let isStored = false;
			try {
				if (!(await makeRoom(doc))) return false;
				await store.insert(parked, id, doc);
				isStored = true;
				// Not earlier: a sweep that looked for the event before it can be read would not look again.
				newKeys.add(waitsFor);
			} catch (error) {
				if (!(error instanceof Duplicate)) throw error;
			} finally {
				if (!isStored) counts.remove(doc);
			}
			return true;
		},
		async *waitingFor(key) {
			if (!isAwaited(key)) return;
			for (let after: readonly [string, number] | undefined; ; ) {
				const next = after === undefined ? {} : { after };
				const page = await store.page(parked, {
					index: "waits",
					prefix: [key],
					order: "asc",
					limit: pageSize,
					...next,
				});
				if (page.length > 0) yield page;
				const last = page.at(-1);
				if (last === undefined || page.length < pageSize) return;
				after = [key, last.doc.order];
			}
		},
		async undoing(key, sender) {
			if (!isAwaited(key)) return [];
			const prefix = sender === undefined ? [key] : [key, sender];
			const page = await store.page(parked, { index: "undoing", prefix, order: "desc", limit: pageSize });
			return page.toReversed();
		},
		async isWanted(key) {
			if (!isAwaited(key)) return false;
			const prefix = [key, parkedRanks.indexOf("wanted")];
			return (await store.page(parked, { index: "key", prefix, order: "asc", limit: 1 })).length > 0;
		},
		async release(row) {
			await release(row);
		},
		async expire() {
			for (;;) {
				const oldest = await store.page(parked, { index: "expires", order: "asc", limit: pageSize });
				const over = oldest.filter(({ doc }) => doc.expires <= clock.now());
				await Promise.all(over.map(release));
				if (over.length < pageSize) return;
			}
		},
		takeNewKeys() {
			const list = [...newKeys];
			newKeys = new Set();
			return list;
		},
		retryLater(key) {
			newKeys.add(key);
		},
		amount: () => counts.of("all", "all"),
	};
}

/** Whether anyone here has to do with the sender of an event. */
async function rankOf(
	context: Pick<CoreContext, "store">,
	bridge: BridgeName,
	{ sender }: RemoteEvent,
): Promise<ParkedRank> {
	const account = await accountByRemote(context, bridge, sender.id);
	if (account === undefined) return "stranger";
	const page = { order: "asc", limit: 1 } as const;
	const [follower] = await context.store.page(memberships, {
		...page,
		index: "place",
		prefix: [account.timeline, "joined"],
	});
	if (follower !== undefined) return "known";
	const [joined] = await context.store.page(memberships, {
		...page,
		index: "account",
		prefix: [account.id, "chn", "joined"],
	});
	return joined === undefined ? "stranger" : "known";
}
