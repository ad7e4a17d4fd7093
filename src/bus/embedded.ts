import { EventEmitter } from "node:events";
import type { Bus } from "#core/ports/bus.ts";

/** The bus of a single process. Listeners are called in the turn after the publication, never inside of it; they must not throw. */
export function createEmbeddedBus(): Bus {
	const emitter = new EventEmitter().setMaxListeners(0);
	return {
		publish(stream, seq) {
			queueMicrotask(() => emitter.emit("moved", stream, seq));
		},
		subscribe(listener) {
			// A function of its own, so that one listener may subscribe twice and end each by itself.
			const call = (stream: string, seq: number) => listener(stream, seq);
			emitter.on("moved", call);
			return () => void emitter.off("moved", call);
		},
		async close() {
			emitter.removeAllListeners();
		},
	};
}
