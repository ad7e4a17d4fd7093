import { EventEmitter } from "node:events";
import type { Bus } from "#core/ports/bus.ts";

/** The bus within one process. Listeners are called after the publication has returned, never within it. They must not throw. */
export function createEmbeddedBus(): Bus {
	const emitter = new EventEmitter().setMaxListeners(0);
	return {
		publish(stream, seq) {
			queueMicrotask(() => emitter.emit("moved", stream, seq));
		},
		subscribe(listener) {
			// A new function, so that a listener can be subscribed twice and unsubscribed separately.
			const call = (stream: string, seq: number) => listener(stream, seq);
			emitter.on("moved", call);
			return () => void emitter.off("moved", call);
		},
		async close() {
			emitter.removeAllListeners();
		},
	};
}
