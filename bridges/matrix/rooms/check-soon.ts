import type { Logger } from "#bridge-kit";
import { isRefusal } from "../homeserver.ts";

/** A room that changes often is checked at most this often. */
const pauseMs = 250;
const firstRetryMs = 2_000;
const lastRetryMs = 10 * 60_000;

/**
 * Checks rooms in the background: once for several changes in a short time, one check per room at a time, and again until the
 * homeserver answers.
 */
export function createCheckSoon(
	check: (room: string) => Promise<void>,
	logger: Logger,
	signal: AbortSignal,
): (room: string) => void {
	/** Rooms that are being checked or will be; `true`: once more after that. */
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
			await check(room);
		} catch (error) {
			failed = !isRefusal(error);
			logger.warn({ err: error, room }, "A room could not be checked");
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
