import { BoundedMap } from "../bounded-map.ts";
import type { Lane } from "../ports/lanes.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import type { World } from "./world.ts";

/** Why a lane waits: the other side of all its items fails. */
export interface LaneTrouble {
	readonly failures: number;
	/** Milliseconds since 1970, as `since`. */
	readonly notBefore: number;
	readonly since: number;
	readonly reason: string;
}

/** The document of a lane, by the lane's name. */
export interface LaneRecord {
	/** Raised each time that the lane is taken; only the holder of the newest epoch writes the lane's items. */
	readonly epoch: number;
	readonly trouble?: LaneTrouble;
}

export const laneRecords: Collection<LaneRecord> = { name: "lanes", version: 1, indexes: {} };

/** Another process has taken the lane: nothing more may be written by this run. */
export class LaneLost extends Error {
	constructor(lane: Lane) {
		super(`The lane ${lane} was taken by another process`);
		this.name = "LaneLost";
	}
}

/** The right to write the items of a lane. */
export interface LaneHold {
	readonly lane: Lane;
	readonly epoch: number;
	/**
	 * Asked directly before every write of an item.
	 *
	 * @throws {LaneLost}
	 */
	confirm(): Promise<void>;
	/** Notes that the lane waits, or with `undefined` that it is well again. @throws {LaneLost} */
	setTrouble(trouble: LaneTrouble | undefined): Promise<void>;
}

export interface LaneHolds {
	/** Why the lane waits, if it does. */
	troubleOf(lane: Lane): Promise<LaneTrouble | undefined>;
	/** Takes the lane. One that this process took last is still its own, which costs no write. */
	take(lane: Lane): Promise<LaneHold>;
}

/** Lanes that one process remembers as its own. */
const capacity = 20_000;

export function createLaneHolds({ store }: Pick<World, "store">): LaneHolds {
	const own = new BoundedMap<Lane, number>(capacity);

	async function raised(lane: Lane): Promise<number> {
		for (;;) {
			const stored = await store.get(laneRecords, lane);
			if (stored !== undefined && stored.doc.epoch === own.get(lane)) return stored.doc.epoch;
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

	/** The record, if it is still ours. */
	async function ours(lane: Lane, epoch: number) {
		const stored = await store.get(laneRecords, lane);
		if (stored?.doc.epoch === epoch) return stored;
		own.delete(lane);
		throw new LaneLost(lane);
	}

	return {
		troubleOf: async (lane) => (await store.get(laneRecords, lane))?.doc.trouble,
		async take(lane) {
			const epoch = await raised(lane);
			own.set(lane, epoch);
			return {
				lane,
				epoch,
				async confirm() {
					await ours(lane, epoch);
				},
				async setTrouble(trouble) {
					for (;;) {
						const { rev } = await ours(lane, epoch);
						const record = trouble === undefined ? { epoch } : { epoch, trouble };
						if (await store.replace(laneRecords, lane, rev, record)) return;
					}
				},
			};
		},
	};
}

/** Lets a lane that waits try again at once. Whoever holds it keeps it. */
export async function clearTrouble({ store }: Pick<World, "store">, lane: Lane): Promise<void> {
	for (;;) {
		const stored = await store.get(laneRecords, lane);
		if (stored?.doc.trouble === undefined) return;
		if (await store.replace(laneRecords, lane, stored.rev, { epoch: stored.doc.epoch })) return;
	}
}
