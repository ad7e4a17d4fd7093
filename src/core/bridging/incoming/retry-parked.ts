import type { CoreContext } from "../../events/context.ts";
import type { BridgeName } from "../../ids.ts";
import type { Received, RemoteEvent } from "../../ports/bridge/remote-event.ts";
import type { Stored } from "../../ports/store.ts";
import type { Occasion } from "./batch.ts";
import { eventToRetry } from "./overtaken.ts";
import type { ParkedEvent } from "./parked-event.ts";
import type { ParkedEvents } from "./parked-events.ts";

/** What is known about the target of parked events. */
export interface Retry {
	/** The target's own id, which the events may not have named. */
	readonly parent?: string;
	/** Whether the target is here; `false`: it can't be had, and only wanted messages are received, without it. */
	readonly isHere?: boolean;
	/** At most how many events are received now. */
	readonly atMost?: number;
}

/** Receives what waits for a key, oldest first. Resolves with whether all of it was tried. */
export type RetryParked = (key: string, retry?: Retry) => Promise<boolean>;

interface Dependencies {
	readonly parkedEvents: Pick<ParkedEvents, "waitingFor" | "release" | "retryLater">;
	receive(bridge: BridgeName, events: readonly RemoteEvent[], occasion: Occasion): Promise<readonly Received[]>;
}

/** How many events are received together, so that they share commits. */
const together = 25;

interface Retried {
	readonly row: Stored<ParkedEvent>;
	readonly event: RemoteEvent;
	readonly occasion: Occasion;
}

/** Retries parked events. One that fails is tried again later, and holds up no other. */
export function createRetryParked(
	context: Pick<CoreContext, "logger">,
	{ parkedEvents, receive }: Dependencies,
): RetryParked {
	async function receiveAll(group: readonly Retried[]): Promise<void> {
		const [first] = group;
		if (first === undefined) return;
		const { bridge, waitsFor } = first.row.doc;
		const events = group.map(({ event }) => event);
		try {
			const received = await receive(bridge, events, first.occasion);
			const over = group.filter((_, i) => received[i]?.status !== "parked");
			await Promise.all(over.map(({ row }) => parkedEvents.release(row)));
		} catch (error) {
			if (group.length > 1) {
				for (const one of group) await receiveAll([one]);
				return;
			}
			context.logger.warn({ err: error, parked: first.row.id }, "A parked event can't be received now");
			parkedEvents.retryLater(waitsFor);
		}
	}

	return async (key, retry = {}) => {
		let tried = 0;
		let group: readonly Retried[] = [];
		for await (const page of parkedEvents.waitingFor(key)) {
			for (const row of page) {
				if (tried === retry.atMost) {
					await receiveAll(group);
					return false;
				}
				tried++;
				const next = retriedAs(row, retry);
				if (next === undefined) continue;
				if (group.length === together || (group[0] !== undefined && !areTogether(group[0], next))) {
					await receiveAll(group);
					group = [];
				}
				group = [...group, next];
			}
		}
		await receiveAll(group);
		return true;
	};
}

const areTogether = (one: Retried, other: Retried): boolean =>
	one.row.doc.bridge === other.row.doc.bridge && one.occasion === other.occasion;

/** How a parked event is received now; `undefined`: not yet. */
function retriedAs(row: Stored<ParkedEvent>, retry: Retry): Retried | undefined {
	const { doc } = row;
	const isLast = retry.isHere !== undefined && doc.rank === "wanted" && doc.event.kind === "message";
	const event = retry.isHere === false && !isLast ? undefined : eventToRetry(doc);
	if (event === undefined) return undefined;
	return { row, event: withParent(event, retry), occasion: isLast ? "last" : "retried" };
}

/** A reply may name its parent by another id than the parent's own, such as the address of its page. */
const withParent = (event: RemoteEvent, { parent }: Retry): RemoteEvent =>
	parent !== undefined && event.kind === "message" && event.replyTo !== undefined
		? { ...event, replyTo: { remote: parent } }
		: event;
