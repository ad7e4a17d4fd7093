import { randomInt } from "node:crypto";
import { eventName, parseEventName } from "../ids.ts";
import type { Collection, LogEvent, Store } from "../ports/store.ts";
import { newestTime } from "./log-times.ts";

/**
 * A period in the life of a store. A new one begins when a backup is restored: from then on the log gives the places of lost events to
 * other events. What was minted for the outside from such a place (activity ids, Matrix transaction ids, resume tokens) must not mean
 * something else afterwards, so it carries the name of its epoch (design §3.1 rule 6).
 */
export interface Epoch {
	/** Empty for the first one, so that what was minted before there were epochs keeps its meaning. */
	readonly name: string;
	/** Events from this time on belong to it, in milliseconds since 1970. */
	readonly since: number;
}

/** The epochs of this store, oldest first, in one document. */
export const storeEpochs: Collection<{ readonly epochs: readonly Epoch[] }> = {
	name: "store_epochs",
	version: 1,
	indexes: {},
};
const documentId = "epochs";

const first: Epoch = { name: "", since: 0 };

/** The epochs of a store, which don't change while it is open. */
export interface Epochs {
	readonly current: Epoch;
	/** The name of an event outside this provider: `<stream>/<seq>`, followed by `~<epoch>` except in the first epoch. */
	nameOf(event: Pick<LogEvent, "stream" | "seq" | "at">): string;
}

/** Names events by a list of epochs. @param epochs oldest first */
export function createEpochs(epochs: readonly Epoch[] = []): Epochs {
	const all = [first, ...epochs];
	const newestFirst = all.toReversed();
	return {
		current: newestFirst[0] as Epoch,
		nameOf({ stream, seq, at }) {
			const { name } = newestFirst.find(({ since }) => since <= at) ?? first;
			return eventName(stream, seq, name);
		},
	};
}

type Opened = Pick<Store, "get" | "insertMissing" | "replace">;

/** Reads the epochs of a store. */
export async function readEpochs(store: Pick<Store, "get">): Promise<Epochs> {
	return createEpochs((await store.get(storeEpochs, documentId))?.doc.epochs);
}

/** Begins a new epoch. Until the store is opened again, its events still get names of the one before. */
export async function beginEpoch(store: Opened, now: number): Promise<Epoch> {
	for (;;) {
		await store.insertMissing(storeEpochs, [{ id: documentId, doc: { epochs: [] } }]);
		const stored = await store.get(storeEpochs, documentId);
		if (stored === undefined) continue;
		const { epochs } = stored.doc;
		// The log may be ahead of the clock. Its events must keep the names that they have.
		const newest = await newestTime({ store });
		const since = Math.max(now, (epochs.at(-1)?.since ?? 0) + 1, newest > now ? newest + 60_001 : 0);
		const epoch = { name: randomName(), since };
		if (await store.replace(storeEpochs, documentId, stored.rev, { epochs: [...epochs, epoch] })) return epoch;
	}
}

/** Random, since the same backup may be restored twice. */
const randomName = (): string => Array.from({ length: 8 }, () => randomInt(36).toString(36)).join("");

/**
 * The event with an outside name; `undefined` if there is none, or if its place in the log was given to another event when a backup was
 * restored.
 */
export async function eventByName(
	{ store, epochs }: { readonly store: Pick<Store, "event">; readonly epochs: Epochs },
	name: string,
): Promise<LogEvent | undefined> {
	const parsed = parseEventName(name);
	const event = parsed === undefined ? undefined : await store.event(`${parsed.stream}/${parsed.seq}`);
	return event !== undefined && epochs.nameOf(event) === name ? event : undefined;
}
