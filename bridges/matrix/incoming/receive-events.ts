import {
	BoundedMap,
	type BridgeHost,
	type LinkedRoom,
	type Received,
	type RemoteEvent,
	Unavailable,
} from "#bridge-kit";
import type { Names } from "../ids.ts";
import type { People } from "../people.ts";
import { type Converter, convert, takes } from "./convert.ts";
import { type MatrixEvent, readEvent } from "./event.ts";
import { mentionedIn, mentionsUsers } from "./mentions.ts";
import { createFindParent, hasText } from "./parents.ts";
import { createRecent } from "./recent.ts";
import { inScope } from "./scope.ts";
import { withoutUnsafeKeys } from "./shape.ts";

export interface ReceiveEventsParts {
	readonly host: Pick<BridgeHost, "logger" | "messages" | "people" | "portals" | "receive" | "state">;
	readonly people: People;
	readonly converter: Converter;
	readonly ownerOf: Names["ownerOf"];
	/** Called with every event before the core gets it; what it stores must be durable when it resolves. */
	readonly watch: (event: MatrixEvent, portal: LinkedRoom | undefined) => Promise<void> | undefined;
	/** Whether a room's link was active once, so that something of it may be known here. */
	readonly wasActive: (room: string) => Promise<boolean>;
	/** Called with the outcome of an event once it is durable. */
	readonly onOutcome: (event: MatrixEvent, received: Received) => void;
	/** Called with the newest event of each room with an active link that was processed. */
	readonly onNewest: (room: string, event: string) => void;
	/** Processes what is missing of a room; resolves with whether what is still missing then can't be had. */
	readonly catchUp: (room: string) => Promise<boolean>;
	/** Called with a user whose name is not known, after they spoke in a linked room. */
	readonly onUnnamed: (room: string, user: string) => void;
}

/**
 * Processes events in order: those of a transaction, and those that are read back from a room. Resolves when the outcome of each
 * is durable. Never fails because of an event's content.
 *
 * @throws {Unavailable} nothing can be stored now
 */
export type ReceiveEvents = (events: readonly unknown[], source?: EventSource) => Promise<void>;

/** Where events come from: the homeserver has just pushed them, or they are all that a room's history has since the last known event. */
export type EventSource = "pushed" | "history";

interface Converted {
	readonly event: MatrixEvent;
	readonly remote: RemoteEvent;
}

/** How often a batch is refused in which every event fails: the fault may be ours, and temporary. */
const maxTries = 5;
const maxHandled = 10_000;

export function createReceiveEvents({
	host,
	people,
	converter,
	ownerOf,
	watch,
	wasActive,
	onOutcome,
	onNewest,
	catchUp,
	onUnnamed,
}: ReceiveEventsParts): ReceiveEvents {
	const tries = new BoundedMap<string, number>(1_000);
	const findParent = createFindParent(host, catchUp);
	/** Events that were processed recently: most of a room's history is known when it is read back. */
	const handled = createRecent(maxHandled);
	const keyOf = ({ room_id, event_id }: MatrixEvent): string => `${room_id} ${event_id}`;

	async function portalsOf(events: readonly MatrixEvent[]): Promise<ReadonlyMap<string, LinkedRoom>> {
		const rooms = new Set(events.map((event) => event.room_id));
		const found = await Promise.all([...rooms].map((room) => host.portals.byRoom(room)));
		return new Map(found.flatMap((portal) => (portal === undefined ? [] : [[portal.room, portal]])));
	}

	/** What is deleted in a room is deleted here, whatever the state of its link is; nothing else of an inactive link is processed. */
	const isProcessed = async ({ type, room_id }: MatrixEvent, portal: LinkedRoom | undefined): Promise<boolean> =>
		portal?.state === "active" || (type === "m.room.redaction" && (await wasActive(room_id)));

	/** An event that can't be converted is logged and skipped, so that the others are still processed. */
	function convertOne(event: MatrixEvent, raw: unknown): RemoteEvent | undefined {
		const kept = withoutUnsafeKeys(raw);
		try {
			if (kept !== undefined) return convert(converter, event, kept);
			host.logger.warn(
				{ event: event.event_id, room: event.room_id },
				"An event is nested too deeply or too large and is skipped",
			);
		} catch (error) {
			host.logger.warn({ err: error, event: event.event_id }, "An event could not be converted and is skipped");
		}
		return undefined;
	}

	/** An event that makes the core fail is put aside, so that the others are still processed. */
	async function receive(all: readonly Converted[]): Promise<readonly (Received | undefined)[]> {
		try {
			return await host.receive(all.map(({ remote }) => remote));
		} catch (error) {
			if (error instanceof Unavailable) throw error;
			return receiveEach(all);
		}
	}

	async function receiveEach(all: readonly Converted[]): Promise<readonly (Received | undefined)[]> {
		const received: (Received | undefined)[] = [];
		const failed: { readonly one: Converted; readonly error: unknown }[] = [];
		for (const one of all) {
			try {
				received.push(...(await host.receive([one.remote])));
			} catch (error) {
				if (error instanceof Unavailable) throw error;
				received.push(undefined);
				failed.push({ one, error });
			}
		}
		// When every event fails, the fault may not be theirs: the homeserver first has to send them again a few times.
		if (failed.length === all.length && all[0] !== undefined) {
			const { event_id: first } = all[0].event;
			const tried = (tries.get(first) ?? 0) + 1;
			tries.set(first, tried);
			if (tried < maxTries) throw new Unavailable("No event could be processed", 2, failed[0]?.error);
		}
		for (const { one, error } of failed) {
			await host.state.set(`poison:${one.event.event_id}`, one.remote.raw);
			host.logger.error({ err: error, event: one.event.event_id }, "An event could not be processed and is put aside");
		}
		return received;
	}

	return async (raws, source = "pushed") => {
		const events = raws.flatMap((raw) => {
			const event = readEvent(raw);
			return event === undefined || handled.has(keyOf(event)) ? [] : [{ event, raw }];
		});
		const portals = await portalsOf(events.map(({ event }) => event));
		for (const { event } of events) await watch(event, portals.get(event.room_id));
		// Events of other rooms leave no trace here, not even a shadow of their sender.
		const linked = events.filter(({ event }) => portals.has(event.room_id));
		const isHere = await Promise.all(linked.map(({ event }) => isProcessed(event, portals.get(event.room_id))));
		const here = linked.filter((_, i) => isHere[i]);
		for (const { event } of here) {
			const { type, state_key: user, content } = event;
			if (type === "m.room.member" && user !== undefined && content.membership === "join")
				people.setName(user, content.displayname, event.origin_server_ts);
		}
		// A membership event is about the user in its state key, who may not be its sender.
		const speakers = here
			.filter(({ event }) => takes(converter, event))
			.map(({ event }) => event.state_key ?? event.sender);
		const unnamed = new Set(
			await people.recallNames(speakers.filter((user) => user.startsWith("@") && !converter.isOurs(user))),
		);
		const sentHere = new Map(here.map(({ event }) => [event.event_id, event]));
		const all = here.flatMap(({ event, raw }) => {
			const remote = convertOne(event, raw);
			return remote === undefined ? [] : [{ event, remote }];
		});
		const withText = new Set(all.flatMap(({ event, remote }) => (hasText(remote) ? [event.event_id] : [])));
		const converted: Converted[] = [];
		for (const { event, remote } of all) {
			const scoped = await inScope(host, remote, portals.get(event.room_id) as LinkedRoom, sentHere);
			const inRoom = scoped && (await findParent(scoped, event.room_id, withText, source));
			if (inRoom === undefined) continue;
			const hasMentions = inRoom.kind === "message" && mentionsUsers(event.content);
			const mentions = hasMentions ? await mentionedIn(event.content, host, ownerOf) : [];
			converted.push({ event, remote: mentions.length === 0 ? inRoom : ({ ...inRoom, mentions } as RemoteEvent) });
		}
		// What was read back for a parent may have changed the names of senders.
		const current = converted.map(({ event, remote }) => ({
			event,
			remote: { ...remote, sender: people.of(remote.sender.id) } as RemoteEvent,
		}));
		const received = current.length === 0 ? [] : await receive(current);
		for (const [i, { event }] of converted.entries()) {
			const became = received[i];
			if (became !== undefined) onOutcome(event, became);
		}
		for (const { event } of here) {
			handled.add(keyOf(event));
			if (unnamed.has(event.sender)) onUnnamed(event.room_id, event.sender);
		}
		const active = linked.filter(({ event }) => portals.get(event.room_id)?.state === "active");
		const newest = new Map(active.map(({ event }) => [event.room_id, event.event_id]));
		for (const [room, event] of newest) onNewest(room, event);
	};
}
