import { setTimeout as pause } from "node:timers/promises";
import type { BridgeHost } from "#bridge-kit";
import { type Homeserver, HomeserverError, isRefusal } from "../homeserver.ts";
import type { TakeIn } from "../incoming/take-in.ts";
import { eventsSince, type Mark, newestOf } from "./history.ts";

const batchSize = 100;
/** How long the newest event of a room may be known only in memory. */
const saveEveryMs = 1_000;
/** How long a transaction waits for the history before it. */
const patienceMs = 10_000;
/** A homeserver that took this long and told nothing isn't waited for again for a while. One that is down fails at once. */
const slowMs = 2_000;
const quietMs = 60_000;
/** A room in which something was said is compared with its history again after this time. */
const compareEveryMs = 15_000;

/**
 * Reads linked rooms back to the last event that we know. A homeserver that was killed forgets events that it has promised to
 * its user and not yet pushed to us (measured: up to 9 of 10); only the room's history still has them.
 */
export interface ReadBack {
	/**
	 * The newest event of a room that is taken in. It is no mark by itself: a homeserver that was killed may go on with the next
	 * number as if nothing had been between. What lies before it is compared with the history first.
	 */
	passed(room: string, event: string): void;
	/** Something may have been lost: nothing newer is believed to be the end of what we know until the rooms are read back. */
	suspect(): Promise<void>;
	/** What was said in these rooms before is taken in first, if the homeserver tells it soon. */
	before(rooms: Iterable<string>): Promise<void>;
	/** A link begins: what is said in the room from now on is taken in. @throws {HomeserverError} */
	begin(room: string): Promise<void>;
	/** Reads all suspect rooms back, one after the other, and those in which something was said since. */
	all(): Promise<void>;
	/** A link has ended. */
	forget(room: string): Promise<void>;
	start(signal: AbortSignal): void;
	/** Keeps what is known only in memory. */
	save(): Promise<void>;
}

export function createReadBack(
	host: Pick<BridgeHost, "clock" | "logger" | "portals" | "state">,
	homeserver: Homeserver,
	takeIn: () => TakeIn,
): ReadBack {
	/** Of linked rooms alone. */
	const newest = new Map<string, Mark>();
	const unsaved = new Set<string>();
	/** Rooms of which something may be missing. */
	const suspects = new Set<string>();
	/** Rooms in which something was said since they were last compared. */
	const lively = new Set<string>();
	const comparedAt = new Map<string, number>();
	const reading = new Map<string, Promise<void>>();
	let quietUntil = 0;
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

	function note(room: string, event: string): void {
		newest.set(room, { event, at: host.clock.now() });
		unsaved.add(room);
	}

	/** Reads one room back, once however many wait for it. */
	function read(room: string): Promise<void> {
		const busy = reading.get(room) ?? readNow(room).finally(() => reading.delete(room));
		reading.set(room, busy);
		return busy;
	}

	async function readNow(room: string): Promise<void> {
		const startedAt = host.clock.now();
		try {
			const mark = newest.get(room) ?? ((await host.state.get(keyOf(room))) as Mark | undefined);
			if (mark === undefined) return await begin(room);
			newest.set(room, mark);
			lively.delete(room);
			comparedAt.set(room, startedAt);
			const missed = await eventsSince(homeserver, room, mark);
			for (let start = 0; start < missed.length; start += batchSize)
				await takeIn()(missed.slice(start, start + batchSize));
			suspects.delete(room);
			const last = missed.at(-1) as { readonly event_id?: unknown } | undefined;
			if (typeof last?.event_id === "string") note(room, last.event_id);
		} catch (error) {
			if (!(error instanceof HomeserverError)) throw error;
			// Who may not read a room will not be told what is missing.
			if (isRefusal(error)) suspects.delete(room);
			else if (host.clock.now() - startedAt > slowMs) quietUntil = host.clock.now() + quietMs;
			host.logger.info({ err: error, room }, "A room could not be read back; it is tried again");
		}
	}

	async function begin(room: string): Promise<void> {
		const event = await newestOf(homeserver, room);
		suspects.delete(room);
		if (event !== undefined) note(room, event);
		await save();
	}

	return {
		passed(room, event) {
			if (suspects.has(room)) return;
			if (newest.has(room)) lively.add(room);
			else note(room, event);
		},
		async suspect() {
			for (const { room, state } of await host.portals.all()) if (state === "active") suspects.add(room);
		},
		async before(rooms) {
			const due = [...new Set(rooms)].filter((room) => suspects.has(room));
			if (due.length === 0 || host.clock.now() < quietUntil) return;
			const patience = new AbortController();
			const told = Promise.all(due.map(read)).finally(() => patience.abort());
			await Promise.race([told, pause(patienceMs, undefined, { signal: patience.signal, ref: false }).catch(() => {})]);
		},
		begin,
		async all() {
			const due = host.clock.now() - compareEveryMs;
			const compared = Array.from(lively).filter((room) => (comparedAt.get(room) ?? 0) <= due);
			for (const room of new Set([...suspects, ...compared])) await read(room);
			await save();
		},
		async forget(room) {
			newest.delete(room);
			unsaved.delete(room);
			suspects.delete(room);
			lively.delete(room);
			comparedAt.delete(room);
			await host.state.delete(keyOf(room));
		},
		start(signal) {
			const timer = setInterval(() => {
				save().catch((error: unknown) =>
					host.logger.warn({ err: error }, "Places in rooms could not be kept; they are kept later"),
				);
			}, saveEveryMs).unref();
			signal.addEventListener("abort", () => clearInterval(timer), { once: true });
		},
		save,
	};
}
