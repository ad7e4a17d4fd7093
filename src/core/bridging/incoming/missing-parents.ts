import { isWithin } from "../../clock.ts";
import { Unavailable } from "../../errors.ts";
import type { CoreContext } from "../../events/context.ts";
import type { BridgeName } from "../../ids.ts";
import type { Bridge } from "../../ports/bridge/bridge.ts";
import type { Received, RemoteEvent, RemoteMessage, RemotePlace } from "../../ports/bridge/remote-event.ts";
import { messageByRemote } from "../find-message.ts";
import { readAncestors } from "./ancestors.ts";
import type { Occasion } from "./batch.ts";
import type { ParkedEvents } from "./parked-events.ts";
import type { RetryParked } from "./retry-parked.ts";

/**
 * How long a reply waits for a parent whose server can't answer, and for one that its server doesn't show but may be about to send; and
 * the pause between two attempts, in milliseconds.
 */
const patienceMs = { unavailable: 10_000, absent: 4_000 };
const pauseMs = 2_000;

const prefix = "parent:";
/** The lane that looks for the parent with this key. */
export const parentLane = (key: string): string => `${prefix}${key}`;
/** The key of the parent that a lane looks for; `undefined` if the lane has another purpose. */
export const parentOfLane = (lane: string): string | undefined =>
	lane.startsWith(prefix) ? lane.slice(prefix.length) : undefined;

interface Dependencies {
	readonly bridges: () => readonly Bridge[];
	readonly parkedEvents: ParkedEvents;
	receive(bridge: BridgeName, events: readonly RemoteEvent[], occasion: Occasion): Promise<readonly Received[]>;
	/** Receives what waits for a key. */
	readonly retryParked: RetryParked;
}

interface Waiting {
	readonly bridge: BridgeName;
	readonly event: RemoteMessage;
	readonly at: number;
}

/**
 * Looks for the parent of parked replies on its own server, with up to 20 of its ancestors (design §12). A reply whose parent can't be
 * had is kept without it.
 *
 * @returns for the key of a parent, when to try again, in milliseconds since 1970
 */
export function createMissingParents(
	context: CoreContext,
	{ bridges, parkedEvents, receive, retryParked }: Dependencies,
): (key: string) => Promise<number | undefined> {
	async function oldestReplyTo(key: string): Promise<Waiting | undefined> {
		for await (const page of parkedEvents.waitingFor(key))
			for (const { doc } of page)
				if (doc.rank === "wanted" && doc.event.kind === "message") return { ...doc, event: doc.event };
		return undefined;
	}

	/** The parent's own id, once it is here; otherwise the id by which it is named. @throws {Unavailable} */
	async function find(bridge: Bridge, named: string, below: RemotePlace): Promise<string> {
		const { message: read } = bridge.resolvers;
		if (read === "unsupported") return named;
		const found = await readAncestors(context, bridge.name, (id) => read(id, below), named);
		for (const message of found) await receive(bridge.name, [message], "fetched");
		return found.at(-1)?.message ?? named;
	}

	return async (key) => {
		const oldest = await oldestReplyTo(key);
		const bridge = bridges().find(({ name }) => name === oldest?.bridge);
		const named = oldest?.event.replyTo;
		const isReadable = bridge !== undefined && bridge.resolvers.message !== "unsupported";
		// What waits for something else is only received if that has come meanwhile.
		if (!isReadable || oldest === undefined || named === undefined || "local" in named) {
			await retryParked(key);
			return undefined;
		}
		let parent = named.remote;
		let patience = patienceMs.absent;
		try {
			parent = await find(bridge, parent, oldest.event.place);
		} catch (error) {
			if (!(error instanceof Unavailable)) throw error;
			context.logger.info({ err: error, parent }, "The parent of a message can't be read now");
			patience = patienceMs.unavailable;
		}
		const isHere = (await messageByRemote(context, bridge.name, parent)) !== undefined;
		const now = context.clock.now();
		if (!isHere && isWithin(oldest.at, now, patience)) return now + pauseMs;
		await retryParked(key, { parent, isHere });
		return undefined;
	};
}
