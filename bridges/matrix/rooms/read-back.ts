import type { BridgeHost } from "#bridge-kit";
import { type Homeserver, HomeserverError, segment } from "../homeserver.ts";
import { isRecord } from "../incoming/event.ts";
import type { TakeIn } from "../service/transactions.ts";

/** Pages of a room's history that are read at most: a week of a lively room. */
const maxPages = 50;
const pageSize = 100;
/** How long the newest event of a room may be known only in memory. */
const saveEveryMs = 1_000;
const silenceMs = 10 * 60_000;

/**
 * Reads linked rooms back to the last event that we know. A homeserver that was killed forgets events that it has promised to
 * its user and not yet pushed to us (measured: up to 9 of 10); only the room's history still has them.
 */
export interface ReadBack {
	/** The newest event of a room that is taken in. */
	passed(room: string, event: string): void;
	/** A transaction came. Its number goes back when the homeserver has been started anew. */
	transaction(id: string): void;
	/** Reads all linked rooms back, one after the other. Never throws. */
	all(): Promise<void>;
	start(signal: AbortSignal): void;
}

export function createReadBack(host: BridgeHost, homeserver: Homeserver, takeIn: () => TakeIn): ReadBack {
	const newest = new Map<string, string>();
	const unsaved = new Set<string>();
	let lastNumber = 0;
	let lastHeard = host.clock.now();
	let running: Promise<void> | undefined;
	let again = false;
	const keyOf = (room: string): string => `newest:${room}`;

	async function save(): Promise<void> {
		for (const room of [...unsaved]) {
			unsaved.delete(room);
			if ((await host.portalByRoom(room)) !== undefined) await host.state.set(keyOf(room), newest.get(room));
		}
	}

	async function room(id: string): Promise<void> {
		const known = newest.get(id) ?? (await host.state.get(keyOf(id)));
		const missed: unknown[] = [];
		let from: string | undefined;
		for (let page = 0; page < maxPages; page++) {
			const query = { dir: "b", limit: pageSize, ...(from === undefined ? {} : { from }) };
			const { chunk, end } = await homeserver.request("GET", `/rooms/${segment(id)}/messages`, { query });
			const events = Array.isArray(chunk) ? chunk : [];
			const at = events.findIndex((event) => isRecord(event) && event.event_id === known);
			missed.push(...(at < 0 ? events : events.slice(0, at)));
			// A room that was never heard of is read from its link on: its newest event is where that begins.
			if (at >= 0 || known === undefined || typeof end !== "string" || events.length === 0) break;
			from = end;
		}
		if (known === undefined) {
			const [first] = missed;
			if (isRecord(first) && typeof first.event_id === "string") passed(id, first.event_id);
			return;
		}
		for (const batch of batches(missed.reverse().map((event) => (isRecord(event) ? { room_id: id, ...event } : event))))
			await takeIn()(batch);
	}

	function passed(id: string, event: string): void {
		newest.set(id, event);
		unsaved.add(id);
	}

	async function every(): Promise<void> {
		for (const portal of await host.portals()) {
			if (portal.state !== "active") continue;
			try {
				await room(portal.room);
			} catch (error) {
				const details = { err: error, room: portal.room };
				if (error instanceof HomeserverError) host.logger.info(details, "A room could not be read back");
				else host.logger.error(details, "Reading a room back failed");
			}
		}
		await save();
	}

	async function all(): Promise<void> {
		if (running !== undefined) {
			again = true;
			return running;
		}
		running = every().catch((error: unknown) => host.logger.error({ err: error }, "Reading back failed"));
		await running;
		running = undefined;
		if (again) {
			again = false;
			await all();
		}
	}

	return {
		passed,
		transaction(id) {
			const number = Number(id);
			const wasSilent = host.clock.now() - lastHeard > silenceMs;
			lastHeard = host.clock.now();
			if (wasSilent || (Number.isSafeInteger(number) && number < lastNumber)) void all();
			if (Number.isSafeInteger(number)) lastNumber = number;
		},
		all,
		start(signal) {
			const timer = setInterval(() => {
				save().catch((error: unknown) =>
					host.logger.warn({ err: error }, "Places in rooms could not be kept; they are kept later"),
				);
			}, saveEveryMs).unref();
			signal.addEventListener("abort", () => clearInterval(timer), { once: true });
		},
	};
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
	for (let start = 0; start < items.length; start += pageSize) yield items.slice(start, start + pageSize);
}
