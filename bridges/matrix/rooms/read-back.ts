import { setTimeout as pause } from "node:timers/promises";
import { type BridgeHost, isWithin } from "#bridge-kit";
import { type Homeserver, HomeserverError, isRefusal } from "../homeserver.ts";
import type { ReceiveEvents } from "../incoming/receive-events.ts";
import { eventsSince, newestOf, type RoomPosition, redactionsSince } from "./history.ts";

const batchSize = 100;
/** How long the newest event of a room may be in memory only. */
const saveEveryMs = 1_000;
/** How long a transaction waits until the history before it has been read. */
const patienceMs = 10_000;
/** After a homeserver took this long and failed, transactions do not wait for its history for a while. One that is down fails at once. */
const slowMs = 2_000;
const quietMs = 60_000;
/** A room with new events is compared with its history at most this often. */
const compareEveryMs = 15_000;

/**
 * Reads linked rooms back to the last event that we know. A homeserver that was killed loses events that it had accepted from its
 * user and not yet sent to us (measured: up to 9 of 10); only the room's history still has them.
 */
export interface ReadBack {
	/**
	 * Notes the newest event of a room. It is not yet the position to read back to: a homeserver that was killed may continue with
	 * the next transaction number although events are missing. The room is compared with its history first.
	 */
	noteNewest(room: string, event: string): void;
	/** Events may have been lost: the positions stay where they are until the rooms have been read back. */
	suspectAll(): Promise<void>;
	/** Processes missed events of these rooms first, if the homeserver returns them soon. */
	before(rooms: Iterable<string>): Promise<void>;
	/**
	 * Processes the events of a room that are missing here. Resolves with whether its history could be read, or never can be: then what is
	 * still missing can't be had.
	 */
	catchUp(room: string): Promise<boolean>;
	/** Whether the room's link was active once. */
	wasActive(room: string): Promise<boolean>;
	/**
	 * A link becomes active: events from now on are processed. If it was active before, so is what was deleted meanwhile, and nothing
	 * else of that time. @throws {HomeserverError}
	 */
	begin(room: string): Promise<void>;
	/** Reads back all suspect rooms, one after the other, and those with new events. */
	all(): Promise<void>;
	/** A link has ended. Its position is kept, for the deletions of the time until the room is linked again. */
	forget(room: string): Promise<void>;
	start(signal: AbortSignal): void;
	/** Stores what is in memory only. */
	save(): Promise<void>;
}

export function createReadBack(
	host: Pick<BridgeHost, "clock" | "logger" | "portals" | "state">,
	homeserver: Homeserver,
	receiveEvents: () => ReceiveEvents,
): ReadBack {
	/** The positions of linked rooms. */
	const newest = new Map<string, RoomPosition>();
	const unsaved = new Set<string>();
	/** Rooms of which events may be missing. */
	const suspects = new Set<string>();
	/** Rooms with new events since they were last compared. */
	const changed = new Set<string>();
	const comparedAt = new Map<string, number>();
	const reading = new Map<string, Promise<boolean>>();
	let quietSince = 0;
	const isQuiet = (): boolean => isWithin(quietSince, host.clock.now(), quietMs);
	const keyOf = (room: string): string => `newest:${room}`;

	async function save(): Promise<void> {
		for (const room of Array.from(unsaved)) {
			unsaved.delete(room);
			try {
				await host.state.set(keyOf(room), newest.get(room));
			} catch (error) {
				unsaved.add(room);
				throw error;
			}
		}
	}

	function setPosition(room: string, event: string): void {
		newest.set(room, { event, at: host.clock.now() });
		unsaved.add(room);
	}

	const positionOf = async (room: string): Promise<RoomPosition | undefined> =>
		newest.get(room) ?? ((await host.state.get(keyOf(room))) as RoomPosition | undefined);

	/** Reads one room back, once for all concurrent callers. Resolves with whether nothing more can be had. */
	function read(room: string): Promise<boolean> {
		const busy = reading.get(room) ?? readNow(room).finally(() => reading.delete(room));
		reading.set(room, busy);
		return busy;
	}

	async function readNow(room: string): Promise<boolean> {
		const startedAt = host.clock.now();
		try {
			const position = await positionOf(room);
			if (position === undefined) {
				await begin(room);
				return true;
			}
			newest.set(room, position);
			changed.delete(room);
			comparedAt.set(room, startedAt);
			const missed = await eventsSince(homeserver, room, position);
			for (let start = 0; start < missed.length; start += batchSize)
				await receiveEvents()(missed.slice(start, start + batchSize), "history");
			suspects.delete(room);
			const last = missed.at(-1) as { readonly event_id?: unknown } | undefined;
			if (typeof last?.event_id === "string") setPosition(room, last.event_id);
			return true;
		} catch (error) {
			if (!(error instanceof HomeserverError)) throw error;
			// A bot that may not read the room can't find out what is missing.
			if (isRefusal(error)) suspects.delete(room);
			else if (host.clock.now() - startedAt > slowMs) quietSince = host.clock.now();
			host.logger.info({ err: error, room }, "A room could not be read back; it is tried again");
			return isRefusal(error);
		}
	}

	async function begin(room: string): Promise<void> {
		const event = await newestOf(homeserver, room);
		const before = await positionOf(room);
		const deleted = before === undefined ? [] : await redactionsSince(homeserver, room, before);
		for (let start = 0; start < deleted.length; start += batchSize)
			await receiveEvents()(deleted.slice(start, start + batchSize), "history");
		suspects.delete(room);
		if (event !== undefined) setPosition(room, event);
		await save();
	}

	/** Waits for the history for a while; `undefined`: it is not there yet. */
	async function patiently<T>(work: Promise<T>): Promise<T | undefined> {
		const patience = new AbortController();
		const done = work.finally(() => patience.abort());
		const late = pause(patienceMs, undefined, { signal: patience.signal, ref: false }).catch(() => undefined);
		return Promise.race([done, late]);
	}

	return {
		noteNewest(room, event) {
			if (suspects.has(room)) return;
			if (newest.has(room)) changed.add(room);
			else setPosition(room, event);
		},
		async suspectAll() {
			for (const { room, state } of await host.portals.all()) if (state === "active") suspects.add(room);
		},
		async before(rooms) {
			const due = [...new Set(rooms)].filter((room) => suspects.has(room));
			if (due.length === 0 || isQuiet()) return;
			await patiently(Promise.all(due.map(read)));
		},
		async catchUp(room) {
			if (isQuiet()) return false;
			// One that is under way may have begun before what is missing happened.
			const afresh = async (): Promise<boolean> => {
				await reading.get(room);
				return read(room);
			};
			return (await patiently(afresh())) === true;
		},
		begin,
		async all() {
			const now = host.clock.now();
			const compared = Array.from(changed).filter((room) => !isWithin(comparedAt.get(room) ?? 0, now, compareEveryMs));
			for (const room of new Set([...suspects, ...compared])) await read(room);
			await save();
		},
		wasActive: async (room) => (await positionOf(room)) !== undefined,
		async forget(room) {
			await save();
			newest.delete(room);
			unsaved.delete(room);
			suspects.delete(room);
			changed.delete(room);
			comparedAt.delete(room);
		},
		start(signal) {
			const timer = setInterval(() => {
				save().catch((error: unknown) =>
					host.logger.warn({ err: error }, "Positions in rooms could not be stored; they are stored later"),
				);
			}, saveEveryMs).unref();
			signal.addEventListener("abort", () => clearInterval(timer), { once: true });
		},
		save,
	};
}
