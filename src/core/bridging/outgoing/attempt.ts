import { BoundedMap } from "../../bounded-map.ts";
import type { CoreContext } from "../../events/context.ts";
import type { BridgeName } from "../../ids.ts";
import { messages } from "../../messages/message.ts";
import { messageOf } from "../../messages/message-of-event.ts";
import type { Bridge } from "../../ports/bridge/bridge.ts";
import type { Delivery, DeliveryResult, Progress } from "../../ports/bridge/delivery.ts";
import { StoreUnavailable } from "../../ports/store.ts";
import { asAllowedNow } from "./allowed-now.ts";
import type { DeliveryRow } from "./delivery.ts";
import { inRoom } from "./in-room.ts";
import { prepare } from "./prepare.ts";

/** The outcome of one attempt. `skipped`: there is nothing to deliver, or no longer. */
export type Attempted =
	| { readonly result: DeliveryResult; readonly delivery: Delivery }
	| { readonly result: { readonly status: "skipped" } | Extract<DeliveryResult, { status: "retry" }> };

/**
 * Makes one attempt at a delivery. An internal error fails only this delivery. The content of an event is prepared once for all targets of
 * a network; whether it may go to the target is asked for each delivery.
 */
export function createAttempt(
	context: CoreContext,
	bridgeOf: (name: BridgeName) => Bridge | undefined,
): (row: DeliveryRow, signal: AbortSignal, progress: Progress) => Promise<Attempted> {
	const { store, failPoints, logger } = context;
	const contents = new BoundedMap<string, ReturnType<typeof prepare>>(256);
	const subjects = new BoundedMap<string, Promise<string>>(1024);

	/** The prepared content of a delivery, cached until the message changes. */
	async function preparedFor(row: DeliveryRow): ReturnType<typeof prepare> {
		const subject = await subjectOf(row.event);
		const version = subject === "" ? 0 : ((await store.get(messages, subject))?.rev ?? 0);
		const key = `${row.reach.bridge} ${row.event} ${version}`;
		const known = contents.get(key);
		if (known !== undefined) return known;
		// Kept before anything is awaited, since the lanes of many hosts ask at the same moment.
		const fresh = readAndPrepare(row);
		contents.set(key, fresh);
		fresh.catch(() => contents.delete(key));
		return fresh;
	}

	async function readAndPrepare({ event: id, reach }: DeliveryRow): ReturnType<typeof prepare> {
		const event = await store.event(id);
		return event === undefined ? undefined : prepare(context, reach.bridge, event);
	}

	function subjectOf(id: string): Promise<string> {
		const known = subjects.get(id);
		if (known !== undefined) return known;
		const found = readSubject(id);
		subjects.set(id, found);
		found.catch(() => subjects.delete(id));
		return found;
	}

	/** The message that an event is about; empty if it is not about a message. */
	async function readSubject(id: string): Promise<string> {
		const event = await store.event(id);
		return (event && messageOf(event)) ?? "";
	}

	return async (row, signal, progress) => {
		const bridge = bridgeOf(row.reach.bridge);
		if (bridge === undefined)
			return { result: { status: "retry", reason: "the bridge is not enabled", lane: true, afterMs: 60_000 } };
		try {
			const prepared = await preparedFor(row);
			if (prepared === undefined || bridge.capabilities[prepared.content.kind] === "none")
				return { result: { status: "skipped" } };
			const content = await asAllowedNow(context, prepared.content, row.reach);
			if (content === undefined) return { result: { status: "skipped" } };
			const sent = row.sent === undefined ? {} : { sent: row.sent };
			return await send(
				bridge,
				{ ...inRoom(content, prepared.rooms, row.reach), ...sent, reach: row.reach } as Delivery,
				signal,
				progress,
			);
		} catch (error) {
			if (error instanceof StoreUnavailable) throw error;
			logger.error(
				{ err: error, event: row.event, lane: row.reach.lane },
				"A delivery failed because of an internal error",
			);
			return { result: { status: "retry", reason: "internal error" } };
		}
	};

	async function send(bridge: Bridge, delivery: Delivery, signal: AbortSignal, progress: Progress): Promise<Attempted> {
		failPoints.hit("delivery:before-send");
		try {
			return { result: await bridge.deliver(delivery, signal, progress), delivery };
		} finally {
			failPoints.hit("delivery:after-send");
		}
	}
}
