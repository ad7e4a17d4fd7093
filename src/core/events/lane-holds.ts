import { BoundedMap } from "../bounded-map.ts";
import type { Lane } from "../ports/lanes.ts";
import { type Collection, Duplicate, type Stored } from "../ports/store.ts";
import { isOver } from "./back-off.ts";
import type { CoreContext } from "./context.ts";

/** Why a lane is paused, or that its host has taken nothing since some time. */
export interface LaneTrouble {
	/** How often the host itself has failed; 0 if only single items have, so that the lane is not paused. */
	readonly failures: number;
	/** Milliseconds since 1970, as `since`: the end of the pause, or when an item failed last. */
	readonly notBefore: number;
	readonly since: number;
	readonly reason: string;
	/** The host has asked for this pause (`Retry-After`), so it is not ended early. */
	readonly asked?: true;
	/**
	 * The host has failed for so long that it sleeps: it is tried once a day, and what is meant for it is dropped. The value is the name of
	 * the lane, by which sleeping lanes are listed.
	 */
	readonly asleep?: Lane;
	/** How many items were dropped since then. */
	readonly dropped?: number;
}

/** Whether a lane is paused now. */
export const isPaused = ({ notBefore, failures, asked, asleep }: LaneTrouble, now: number): boolean =>
	!isOver({ until: notBefore, failures, asked: asked === true || asleep !== undefined }, now);

/** The document of a lane, by the lane's name. */
export interface LaneRecord {
	/** A fencing token, raised whenever a process takes the lane. Only the holder of the newest epoch may write the lane's items. */
	readonly epoch: number;
	readonly trouble?: LaneTrouble;
}

/** One document for each lane that was ever taken. */
export const laneRecords: Collection<LaneRecord> = {
	name: "lanes",
	version: 2,
	indexes: {
		asleep: { kinds: ["text"], of: ({ trouble }) => (trouble?.asleep === undefined ? undefined : [trouble.asleep]) },
	},
};

const pageSize = 500;

/** The lanes whose hosts sleep, by name. */
export async function* sleepingLanes({
	store,
}: Pick<CoreContext, "store">): AsyncGenerator<{ readonly lane: Lane; readonly trouble: LaneTrouble }> {
	for (let after = ""; ; ) {
		const page = await store.page(laneRecords, { index: "asleep", order: "asc", limit: pageSize, after: [after] });
		for (const { id, doc } of page) if (doc.trouble !== undefined) yield { lane: id, trouble: doc.trouble };
		after = page.at(-1)?.id ?? after;
		if (page.length < pageSize) return;
	}
}

/** Another process has taken the lane, so this run must not write anything more. */
export class LaneLost extends Error {
	constructor(lane: Lane) {
		super(`The lane ${lane} was taken by another process`);
		this.name = "LaneLost";
	}
}

/** The exclusive right to write the items of a lane. */
export interface LaneHold {
	readonly lane: Lane;
	readonly epoch: number;
	/**
	 * Checks that the lane is still held. Call it directly before every write of an item.
	 *
	 * @throws {LaneLost}
	 */
	confirm(): Promise<void>;
	/** Records why the lane is paused, or with `undefined` that it is no longer paused. @throws {LaneLost} */
	setTrouble(trouble: LaneTrouble | undefined): Promise<void>;
}

/** What was last read of a lane's record, which saves reading it again to take the lane. */
export interface LaneState {
	/** Why the lane is paused, if it is. */
	readonly trouble: LaneTrouble | undefined;
	/** Takes the lane. If this process was the last to take it, nothing is read or written. */
	take(): Promise<LaneHold>;
}

/** Takes lanes for this process. */
export interface LaneHolds {
	/** Reads the lane's record. */
	read(lane: Lane): Promise<LaneState>;
	/** Reads the lane's record and takes the lane. */
	take(lane: Lane): Promise<LaneHold>;
}

/** How many lanes a process remembers to hold. */
const capacity = 20_000;

/**
 * Keeps the epoch and the trouble of each lane in {@link laneRecords}, changed by compare-and-set.
 *
 * @param onTrouble told what is read or written of a lane's trouble
 */
export function createLaneHolds(
	{ store }: Pick<CoreContext, "store">,
	onTrouble: (lane: Lane, trouble: LaneTrouble | undefined) => void = () => {},
): LaneHolds {
	const held = new BoundedMap<Lane, number>(capacity);

	/** The lane's epoch when this process has taken it. @param known the lane's record, as it was last read */
	async function raised(lane: Lane, known: Stored<LaneRecord> | undefined): Promise<number> {
		for (let stored = known; ; stored = await store.get(laneRecords, lane)) {
			if (stored !== undefined && stored.doc.epoch === held.get(lane)) return stored.doc.epoch;
			const epoch = (stored?.doc.epoch ?? 0) + 1;
			if (stored !== undefined) {
				if (await store.replace(laneRecords, lane, stored.rev, { ...stored.doc, epoch })) return epoch;
				continue;
			}
			try {
				await store.insert(laneRecords, lane, { epoch });
				return epoch;
			} catch (error) {
				if (!(error instanceof Duplicate)) throw error;
			}
		}
	}

	/** The lane's record. @throws {LaneLost} this process no longer holds the lane */
	async function heldRecord(lane: Lane, epoch: number) {
		const stored = await store.get(laneRecords, lane);
		if (stored?.doc.epoch === epoch) return stored;
		held.delete(lane);
		throw new LaneLost(lane);
	}

	async function take(lane: Lane, known: Stored<LaneRecord> | undefined): Promise<LaneHold> {
		const epoch = await raised(lane, known);
		held.set(lane, epoch);
		return {
			lane,
			epoch,
			async confirm() {
				await heldRecord(lane, epoch);
			},
			async setTrouble(trouble) {
				for (;;) {
					const { rev } = await heldRecord(lane, epoch);
					const record = trouble === undefined ? { epoch } : { epoch, trouble };
					if (await store.replace(laneRecords, lane, rev, record)) break;
				}
				onTrouble(lane, trouble);
			},
		};
	}

	return {
		async read(lane) {
			const stored = await store.get(laneRecords, lane);
			onTrouble(lane, stored?.doc.trouble);
			return { trouble: stored?.doc.trouble, take: () => take(lane, stored) };
		},
		take: async (lane) => take(lane, await store.get(laneRecords, lane)),
	};
}

/** Ends the pause of a lane, so that it is tried at once. Its holder keeps it. */
export async function clearTrouble({ store }: Pick<CoreContext, "store">, lane: Lane): Promise<void> {
	for (;;) {
		const stored = await store.get(laneRecords, lane);
		if (stored?.doc.trouble === undefined) return;
		if (await store.replace(laneRecords, lane, stored.rev, { epoch: stored.doc.epoch })) return;
	}
}

/**
 * Lets a paused lane be tried now. Unlike {@link clearTrouble} it keeps the failures, so that the next pause is no shorter. A host that was
 * asleep is awake from now on.
 *
 * @returns the trouble that is left
 */
export async function endPause(
	{ store, clock }: Pick<CoreContext, "store" | "clock">,
	lane: Lane,
): Promise<LaneTrouble | undefined> {
	for (;;) {
		const stored = await store.get(laneRecords, lane);
		const trouble = stored?.doc.trouble;
		const now = clock.now();
		if (stored === undefined || trouble === undefined) return undefined;
		const { asleep, dropped: _, ...awake } = trouble;
		if (asleep === undefined && (trouble.asked === true || trouble.notBefore <= now)) return trouble;
		const ended = { ...awake, notBefore: now, ...(asleep === undefined ? {} : { since: now }) };
		if (await store.replace(laneRecords, lane, stored.rev, { ...stored.doc, trouble: ended })) return ended;
	}
}
