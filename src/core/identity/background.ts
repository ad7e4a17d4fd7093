import type { Logger } from "../ports/logger.ts";

/** Work that nobody waits for, so that how long it takes tells nobody anything. */
export interface Background {
	/** Starts it; an error is logged. */
	run(what: string, work: () => Promise<void>): void;
	/** Resolves when all of it has ended, or when that takes longer than `patienceMs`. */
	idle(patienceMs?: number): Promise<void>;
}

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
