import type { CoreContext } from "../events/context.ts";
import type { Principal } from "../identity/principal.ts";
import type { LogEvent } from "../ports/store.ts";
import type { Access, AccessCheck } from "./feed-access.ts";
import type { EventWithCircle, LiveEvent } from "./live-event.ts";

/** A reader of live events, as the fan-out sees it. */
export interface Subscriber {
	readonly principal: Principal;
	/** False while it still reads earlier events of the stream from the log. */
	isLive(stream: string): boolean;
	/** Receives the event `seq` of a stream; `event` is undefined if it is not delivered to subscribers. */
	receive(stream: string, seq: number, event: EventWithCircle | undefined, access: Access): void;
	/** Sends an event that is not in the log and is never repeated. */
	signal(event: LiveEvent): void;
	/** Ends the stream of the reader, because its next events can't be read; the client has to reconnect. */
	cut(): void;
}

/** A stream with subscribers. */
interface StreamState {
	/** The seq of the newest event that was handed out; undefined if there was none since the first subscription. */
	seen: number | undefined;
	until: number;
	busy: boolean;
	readonly subscribers: Set<Subscriber>;
}

/** Distributes the events of streams to their subscribers. */
export interface FanOut {
	subscribe(stream: string, subscriber: Subscriber): void;
	unsubscribe(stream: string, subscriber: Subscriber): void;
	subscribers(stream: string): Iterable<Subscriber>;
	/** True if no event of the stream after `seq` has been handed out. */
	isCaughtUp(stream: string, seq: number): boolean;
	/** Hands out the events of a stream that has reached `seq`; `false` if it has no subscribers. */
	advance(stream: string, seq: number): boolean;
}

/** The dependencies of the fan-out. */
export interface FanOutParts {
	readonly checkAccess: AccessCheck;
	readonly liveEventOf: (event: LogEvent) => Promise<EventWithCircle | undefined>;
	readonly onEvent: (event: LogEvent) => void;
}

/** How many events of a stream are read at a time. */
const chunk = 100;

/**
 * Hands each new event of a stream to its subscribers, in order, one event at a time. An event is read and rendered once for all of them.
 *
 * @param parts.checkAccess decides which subscribers may receive an event
 * @param parts.liveEventOf renders an event; `undefined` if subscribers do not receive it
 * @param parts.onEvent called with every event before its subscribers receive it
 */
export function createFanOut(
	context: Pick<CoreContext, "store" | "logger">,
	{ checkAccess, liveEventOf, onEvent }: FanOutParts,
): FanOut {
	const streams = new Map<string, StreamState>();

	async function pump(stream: string, state: StreamState): Promise<void> {
		state.busy = true;
		try {
			while (state.subscribers.size > 0 && (state.seen as number) < state.until) {
				const events = await context.store.events(stream, state.seen as number, chunk);
				if (events.length === 0) break;
				for (const event of events) await fanOut(stream, state, event);
			}
		} catch (error) {
			context.logger.error(
				{ err: error, stream },
				"Live events of a stream could not be read; its readers have to reconnect",
			);
			for (const subscriber of state.subscribers) subscriber.cut();
		}
		state.busy = false;
	}

	async function fanOut(stream: string, state: StreamState, logged: LogEvent): Promise<void> {
		onEvent(logged);
		const event = await liveEventOf(logged);
		// In one turn: a subscriber that becomes live after this has read up to `seen`, so it has read this event itself.
		state.seen = logged.seq;
		const live = [...state.subscribers].filter((subscriber) => subscriber.isLive(stream));
		if (event === undefined) {
			for (const subscriber of live) subscriber.receive(stream, logged.seq, undefined, "hidden");
			return;
		}
		const accessOf = checkAccess(event.circle);
		await Promise.all(
			live.map(async (subscriber) =>
				subscriber.receive(stream, logged.seq, event, await accessOf(subscriber.principal)),
			),
		);
	}

	return {
		subscribe(stream, subscriber) {
			const state = streams.get(stream) ?? { seen: undefined, until: 0, busy: false, subscribers: new Set() };
			streams.set(stream, state);
			state.subscribers.add(subscriber);
		},
		unsubscribe(stream, subscriber) {
			const state = streams.get(stream);
			state?.subscribers.delete(subscriber);
			if (state?.subscribers.size === 0) streams.delete(stream);
		},
		subscribers: (stream) => streams.get(stream)?.subscribers ?? [],
		isCaughtUp(stream, seq) {
			const seen = streams.get(stream)?.seen;
			return seen === undefined || seen <= seq;
		},
		advance(stream, seq) {
			const state = streams.get(stream);
			if (state === undefined) return false;
			state.seen ??= seq - 1;
			state.until = Math.max(state.until, seq);
			if (!state.busy) void pump(stream, state);
			return true;
		},
	};
}
