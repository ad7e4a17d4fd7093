import { type Appender, type AppenderParts, createAppender } from "./appender.ts";

/** How many appenders are cached. */
const capacity = 5_000;

/** One appender per stream. Idle ones are evicted, least recently used first. */
export function createAppenders(parts: AppenderParts) {
	const appenders = new Map<string, Appender>();

	function forgetSome(): void {
		for (const [stream, appender] of appenders) {
			if (appenders.size < capacity) return;
			if (appender.isIdle) appenders.delete(stream);
		}
	}

	return {
		of(stream: string): Appender {
			const appender = appenders.get(stream) ?? createAppender(stream, parts);
			appenders.delete(stream);
			forgetSome();
			appenders.set(stream, appender);
			return appender;
		},

		/** Resolves when every append that was started has been answered. */
		async idle(): Promise<void> {
			await Promise.all([...appenders.values()].map((appender) => appender.idle()));
		},
	};
}
