import { type BridgeHost, JsonRefused, parseJson, type Received, type RemoteEvent } from "#bridge-kit";
import { type Converter, convert } from "../incoming/convert.ts";
import { isRecord, type MatrixEvent, readEvent } from "../incoming/event.ts";
import type { People } from "../people.ts";

/** A transaction may be 100 legal events of 64 KiB with everything in them. */
const limits = { depth: 100, nodes: 500_000 };

export interface IntakeParts {
	readonly host: BridgeHost;
	readonly people: People;
	readonly converter: Converter;
	/** Told of every event before the core takes it in; what it keeps must be durable when it resolves. */
	readonly watch: (event: MatrixEvent) => Promise<void> | undefined;
	/** Told what became of an event, once it is durable. */
	readonly settled: (event: MatrixEvent, received: Received) => void;
	/** The newest event of each room that was taken in. */
	readonly passed: (room: string, event: string) => void;
}

/** Takes in events, in their order: those of a transaction, and those that are read back from a room. */
export type TakeIn = (events: readonly unknown[]) => Promise<void>;

export function createTakeIn({ host, people, converter, watch, settled, passed }: IntakeParts): TakeIn {
	/** One absurd event is no reason to refuse the others: it is logged and left out. */
	function understand(raw: unknown): { event: MatrixEvent; remote: RemoteEvent | undefined } | undefined {
		const event = readEvent(raw);
		if (event === undefined) return undefined;
		try {
			return { event, remote: convert(converter, event, raw) };
		} catch (error) {
			host.logger.warn({ err: error, event: event.event_id }, "An event could not be understood and is left out");
			return undefined;
		}
	}

	return async (raws) => {
		const events = raws.map(readEvent).filter((event) => event !== undefined);
		for (const { type, state_key, content } of events) {
			if (
				type === "m.room.member" &&
				state_key !== undefined &&
				typeof content.displayname === "string" &&
				content.membership === "join"
			)
				people.name(state_key, content.displayname);
		}
		await people.meet(events.map((event) => event.sender).filter((user) => !converter.isOurs(user)));
		for (const event of events) await watch(event);
		const understood = raws.flatMap((raw) => understand(raw) ?? []);
		const remote = understood.filter(
			(one): one is { event: MatrixEvent; remote: RemoteEvent } => one.remote !== undefined,
		);
		const received = remote.length === 0 ? [] : await host.receive(remote.map((one) => one.remote));
		for (const [i, { event }] of remote.entries()) settled(event, received[i] as Received);
		const newest = new Map(events.map((event) => [event.room_id, event.event_id]));
		for (const [room, event] of newest) passed(room, event);
	};
}

/** The events of a transaction (AS v1.19, "Pushing events"). Ephemeral data is not taken over. @throws {JsonRefused} */
export function eventsOf(body: Buffer): readonly unknown[] {
	const transaction = parseJson(body.toString("utf8"), limits);
	if (!isRecord(transaction) || !Array.isArray(transaction.events))
		throw new JsonRefused("/events", "a list of events");
	return transaction.events;
}
