import type { Logger } from "../ports/logger.ts";

/** Work that no request waits for, so that its duration reveals nothing to a caller. */
export interface Background {
	/** Starts the work. An error is logged. @param what names the work in the log */
	run(what: string, work: () => Promise<void>): void;
	/** Resolves when all work has ended, at the latest after `patienceMs`. */
	idle(patienceMs?: number): Promise<void>;
}

/** Runs background work in this process. */
export function createBackground(logger: Logger): Background {
	const running = new Set<Promise<void>>();
	return {
		run(what, work) {
			const ended = work()
				.catch((error: unknown) => logger.error({ err: error }, `${what} failed`))
				.finally(() => running.delete(ended));
			running.add(ended);
		},
		async idle(patienceMs = 5_000) {
			const end = Promise.withResolvers<void>();
			const timer = setTimeout(end.resolve, patienceMs);
			const all = async (): Promise<void> => {
				while (running.size > 0) await Promise.all(running);
			};
			await Promise.race([all(), end.promise]);
			clearTimeout(timer);
		},
	};
}
