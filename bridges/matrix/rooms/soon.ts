import type { Logger } from "#bridge-kit";
import { isRefusal } from "../homeserver.ts";

/** However often a room changes, it is looked at only so often. */
const pauseMs = 250;
const firstRetryMs = 2_000;
const lastRetryMs = 10 * 60_000;

/**
 * Looks at rooms soon: once for everything that happens in a moment, one look per room at a time, and again until the
 * homeserver answers.
 */
export function createSoon(
	look: (room: string) => Promise<void>,
	logger: Logger,
	signal: AbortSignal,
): (room: string) => void {
	/** Rooms that are looked at or will be; `true`: once more after that. */
	const waiting = new Map<string, boolean>();

	function schedule(room: string, inMs: number, retryMs: number): void {
		waiting.set(room, false);
		setTimeout(() => void run(room, retryMs), inMs).unref();
	}

	async function run(room: string, retryMs: number): Promise<void> {
		if (signal.aborted) return;
		waiting.set(room, false);
		let failed = false;
		try {
			await look(room);
		} catch (error) {
			failed = !isRefusal(error);
			logger.warn({ err: error, room }, "A room could not be looked at");
		}
		const again = waiting.get(room) === true;
		waiting.delete(room);
		if (failed) schedule(room, retryMs, Math.min(retryMs * 2, lastRetryMs));
		else if (again) schedule(room, pauseMs, firstRetryMs);
	}

	return (room) => {
		if (waiting.has(room)) waiting.set(room, true);
		else schedule(room, pauseMs, firstRetryMs);
	};
}
