import type { Clock } from "../clock.ts";
import { type Collection, Duplicate, type Store } from "../ports/store.ts";

/** The newest time in the log; one document. */
interface LogTime {
	/** Milliseconds since 1970, at most a minute older than the newest event. */
	readonly at: number;
}

export const logTimes: Collection<LogTime> = { name: "log_times", version: 1, indexes: {} };

const documentId = "newest";
const minuteMs = 60_000;
/** Two machines that use one store may differ by this much. */
const toleranceMs = 5_000;

/** Notes the times of events, once a minute. */
export interface LogTimes {
	/** Never rejects. */
	note(at: number): Promise<void>;
}

export function createLogTimes(store: Store): LogTimes {
	let noted: number | undefined;

	async function raise(at: number): Promise<void> {
		for (;;) {
			const stored = await store.get(logTimes, documentId);
			if (stored === undefined) {
				try {
					return await store.insert(logTimes, documentId, { at });
				} catch (error) {
					if (!(error instanceof Duplicate)) throw error;
				}
			} else if (stored.doc.at + minuteMs > at || (await store.replace(logTimes, documentId, stored.rev, { at })))
				return;
		}
	}

	return {
		async note(at) {
			if (noted !== undefined && at < noted + minuteMs) return;
			noted = at;
			// It is only a hint for the operator, and is noted again with a later event.
			await raise(at).catch(() => {});
		},
	};
}

/** The newest time in the log, to the minute; 0 if it is empty. */
export const newestTime = async ({ store }: { readonly store: Pick<Store, "get"> }): Promise<number> =>
	(await store.get(logTimes, documentId))?.doc.at ?? 0;

/**
 * By how many milliseconds the log is ahead of the clock, because the clock has been set back; 0 if it is not. Until the clock has caught
 * up, new events get the time of those before them.
 */
export async function logLead(context: { readonly store: Pick<Store, "get">; readonly clock: Clock }): Promise<number> {
	const lead = (await newestTime(context)) - context.clock.now();
	return lead > toleranceMs ? lead : 0;
}

/** What an operator is told when the log is ahead of the clock. */
export function describeLead(ms: number): string {
	const [unit, size] =
		ms >= 2 * 86_400_000 ? ["days", 86_400_000] : ms >= 7_200_000 ? ["hours", 3_600_000] : ["minutes", minuteMs];
	return `the newest events are ${Math.ceil(ms / (size as number))} ${unit} ahead of the clock; set the clock right if it is wrong, otherwise nothing needs to be done`;
}
