import { type Appender, type AppenderParts, createAppender } from "./appender.ts";

/** Streams whose ends are remembered. */
const capacity = 5_000;

/** One appender for each stream that is written; idle ones are forgotten, the longest unused first. */
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

		/** Resolves when every append that was started is answered. */
		async idle(): Promise<void> {
			await Promise.all([...appenders.values()].map((appender) => appender.idle()));
		},
	};
}
