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
import { mentionedIn, namesSomebody } from "./mentions.ts";
import { createRecent } from "./recent.ts";
import { inScope } from "./scope.ts";
import { tame } from "./shape.ts";

export interface TakeInParts {
	readonly host: Pick<BridgeHost, "logger" | "messages" | "people" | "portals" | "receive" | "state">;
	readonly people: People;
	readonly converter: Converter;
	readonly ownerOf: Names["ownerOf"];
	/** Told of every event before the core takes it in; what it keeps must be durable when it resolves. */
	readonly watch: (event: MatrixEvent, portal: LinkedRoom | undefined) => Promise<void> | undefined;
	/** Told what became of an event, once it is durable. */
	readonly settled: (event: MatrixEvent, received: Received) => void;
	/** The newest event of each linked room that was taken in. */
	readonly passed: (room: string, event: string) => void;
}

/**
 * Takes in events, in their order: those of a transaction, and those that are read back from a room. Resolves when what became
 * of each is durable. Never fails for what an event says.
 *
 * @throws {Unavailable} nothing can be stored now
 */
export type TakeIn = (events: readonly unknown[]) => Promise<void>;

interface Understood {
	readonly event: MatrixEvent;
	readonly remote: RemoteEvent;
}

/** How often events are tried of which none can be taken in: the trouble may be ours, and pass. */
const maxTries = 5;
const maxTaken = 10_000;

export function createTakeIn({ host, people, converter, ownerOf, watch, settled, passed }: TakeInParts): TakeIn {
	const tries = new BoundedMap<string, number>(1_000);
	/** What was taken in of late; rooms are compared with their history, and most of that is known. */
	const taken = createRecent(maxTaken);
	const keyOf = ({ room_id, event_id }: MatrixEvent): string => `${room_id} ${event_id}`;

	async function portalsOf(events: readonly MatrixEvent[]): Promise<ReadonlyMap<string, LinkedRoom>> {
		const rooms = new Set(events.map((event) => event.room_id));
		const found = await Promise.all([...rooms].map((room) => host.portals.byRoom(room)));
		return new Map(found.flatMap((portal) => (portal === undefined ? [] : [[portal.room, portal]])));
	}

	/** One absurd event is no reason to refuse the others: it is logged and left out. */
	function understand(event: MatrixEvent, raw: unknown): RemoteEvent | undefined {
		const kept = tame(raw);
		try {
			if (kept !== undefined) return convert(converter, event, kept);
			host.logger.warn(
				{ event: event.event_id, room: event.room_id },
				"An event is too deep or too large and left out",
			);
		} catch (error) {
			host.logger.warn({ err: error, event: event.event_id }, "An event could not be understood and is left out");
		}
		return undefined;
	}

	/** An event that the core can't digest is put aside, and does not hold up the others. */
	async function receive(all: readonly Understood[]): Promise<readonly (Received | undefined)[]> {
		try {
			return await host.receive(all.map(({ remote }) => remote));
		} catch (error) {
			if (error instanceof Unavailable) throw error;
			return receiveEach(all);
		}
	}

	async function receiveEach(all: readonly Understood[]): Promise<readonly (Received | undefined)[]> {
		const received: (Received | undefined)[] = [];
		const failed: { readonly one: Understood; readonly error: unknown }[] = [];
		for (const one of all) {
			try {
				received.push(...(await host.receive([one.remote])));
			} catch (error) {
				if (error instanceof Unavailable) throw error;
				received.push(undefined);
				failed.push({ one, error });
			}
		}
		// When everything fails it may not be the events: then the homeserver sends them again a few times first.
		if (failed.length === all.length && all[0] !== undefined) {
			const { event_id: first } = all[0].event;
			const tried = (tries.get(first) ?? 0) + 1;
			tries.set(first, tried);
			if (tried < maxTries) throw new Unavailable("No event could be taken in", 2, failed[0]?.error);
		}
		for (const { one, error } of failed) {
			await host.state.set(`poison:${one.event.event_id}`, one.remote.raw);
			host.logger.error({ err: error, event: one.event.event_id }, "An event could not be taken in and is put aside");
		}
		return received;
	}

	return async (raws) => {
		const events = raws.flatMap((raw) => {
			const event = readEvent(raw);
			return event === undefined || taken.has(keyOf(event)) ? [] : [{ event, raw }];
		});
		const portals = await portalsOf(events.map(({ event }) => event));
		for (const { event } of events) await watch(event, portals.get(event.room_id));
		// What is said in other rooms is nobody's business here: no shadow of its sender, no memory of it.
		const linked = events.filter(({ event }) => portals.has(event.room_id));
		const here = linked.filter(({ event }) => portals.get(event.room_id)?.state === "active");
		for (const { event } of here) {
			const { type, state_key: user, content } = event;
			if (type === "m.room.member" && user !== undefined && content.membership === "join")
				people.name(user, content.displayname);
		}
		// A membership is about whom it names, who may have been thrown out by somebody else.
		const speakers = here
			.filter(({ event }) => takes(converter, event))
			.map(({ event }) => event.state_key ?? event.sender);
		await people.meet(speakers.filter((user) => user.startsWith("@") && !converter.isOurs(user)));
		const sentHere = new Map(here.map(({ event }) => [event.event_id, event]));
		const understood: Understood[] = [];
		for (const { event, raw } of here) {
			const remote = understand(event, raw);
			const scoped = remote && (await inScope(host, remote, portals.get(event.room_id) as LinkedRoom, sentHere));
			if (scoped === undefined) continue;
			const isNaming = scoped.kind === "message" && namesSomebody(event.content);
			const mentions = isNaming ? await mentionedIn(event.content, host, ownerOf) : [];
			understood.push({ event, remote: mentions.length === 0 ? scoped : ({ ...scoped, mentions } as RemoteEvent) });
		}
		const received = understood.length === 0 ? [] : await receive(understood);
		for (const [i, { event }] of understood.entries()) {
			const became = received[i];
			if (became !== undefined) settled(event, became);
		}
		for (const { event } of here) taken.add(keyOf(event));
		const newest = new Map(linked.map(({ event }) => [event.room_id, event.event_id]));
		for (const [room, event] of newest) passed(room, event);
	};
}
