/** An event of a room, as the client-server API shows it. */
export interface RoomEvent {
	readonly event_id: string;
	readonly type: string;
	readonly room_id: string;
	readonly sender: string;
	readonly state_key?: string;
	readonly origin_server_ts: number;
	content: Readonly<Record<string, unknown>>;
	unsigned?: { readonly redacted_because: RoomEvent };
}

/** A Matrix error: status and errcode. */
export class MatrixError extends Error {
	readonly status: number;
	readonly errcode: string;
	constructor(status: number, errcode: string) {
		super(`${status} ${errcode}`);
		this.status = status;
		this.errcode = errcode;
	}
}

type Content = RoomEvent["content"];

/** One room with its history, oldest first. Events are only checked as far as tests depend on it. */
export interface Room {
	readonly id: string;
	readonly events: readonly RoomEvent[];
	membership(user: string): string | undefined;
	members(): readonly string[];
	state(type: string, key: string): RoomEvent | undefined;
	/** Joins a user; the room is public. */
	join(user: string): void;
	leave(user: string): void;
	invite(by: string, user: string): void;
	setState(by: string, type: string, key: string, content: Content): RoomEvent;
	/** A user changes the membership of a user, perhaps their own: a kick, a ban, a new name. */
	setMember(by: string, user: string, content: Content): RoomEvent;
	/** @throws {MatrixError} not in the room; a second reaction of the same kind */
	send(by: string, type: string, content: Content): RoomEvent;
	redact(by: string, event: string): RoomEvent;
}

let serial = 0;

/**
 * @param onEvent is called with each new event
 * @param written the earlier {@link Room.events} of the room that is restored
 */
export function createRoom(
	creator: string,
	serverName: string,
	onEvent: (event: RoomEvent) => void,
	written: readonly RoomEvent[] = [],
): Room {
	const id = written[0]?.room_id ?? `!room${++serial}:${serverName}`;
	const events: RoomEvent[] = structuredClone([...written]);
	const states = new Map<string, RoomEvent>();
	for (const event of events) {
		serial = Math.max(serial, Number.parseInt(event.event_id.slice(1, 11), 36));
		if (event.state_key !== undefined) states.set(`${event.type}/${event.state_key}`, event);
	}

	function add(sender: string, type: string, content: Content, state_key?: string): RoomEvent {
		const event: RoomEvent = {
			event_id: `$${(++serial).toString(36).padStart(10, "0")}${"x".repeat(33)}`,
			type,
			room_id: id,
			sender,
			// As on a real homeserver, no two events of a room happen in the same millisecond.
			origin_server_ts: Math.max(Date.now(), (events.at(-1)?.origin_server_ts ?? 0) + 1),
			content,
			...(state_key === undefined ? {} : { state_key }),
		};
		events.push(event);
		if (state_key !== undefined) states.set(`${type}/${state_key}`, event);
		onEvent(event);
		return event;
	}
	const state = (type: string, key: string) => states.get(`${type}/${key}`);
	const membership = (user: string) => state("m.room.member", user)?.content.membership as string | undefined;
	function mustBeIn(user: string): void {
		if (membership(user) !== "join") throw new MatrixError(403, "M_FORBIDDEN");
	}

	const room: Room = {
		id,
		events,
		membership,
		state,
		members: () =>
			[...states.values()]
				.filter((event) => event.type === "m.room.member" && event.content.membership === "join")
				.map((event) => event.state_key as string),
		join(user) {
			if (membership(user) !== "join") add(user, "m.room.member", { membership: "join" }, user);
		},
		leave(user) {
			if (membership(user) !== undefined) add(user, "m.room.member", { membership: "leave" }, user);
		},
		invite(by, user) {
			mustBeIn(by);
			add(by, "m.room.member", { membership: "invite" }, user);
		},
		setState(by, type, key, content) {
			mustBeIn(by);
			return add(by, type, content, key);
		},
		setMember: (by, user, content) => add(by, "m.room.member", content, user),
		send(by, type, content) {
			mustBeIn(by);
			if (type === "m.reaction" && events.some((known) => isSameReaction(known, by, content)))
				throw new MatrixError(400, "M_DUPLICATE_ANNOTATION");
			return add(by, type, content);
		},
		redact(by, target) {
			mustBeIn(by);
			const redaction = add(by, "m.room.redaction", { redacts: target });
			const event = events.find((known) => known.event_id === target);
			if (event !== undefined) Object.assign(event, { content: {}, unsigned: { redacted_because: redaction } });
			return redaction;
		},
	};
	if (written.length > 0) return room;
	add(creator, "m.room.create", { room_version: "11" }, "");
	room.join(creator);
	add(creator, "m.room.power_levels", { users: { [creator]: 100 }, users_default: 0, state_default: 0 }, "");
	return room;
}

const isSameReaction = ({ type, sender, content }: RoomEvent, by: string, other: Content): boolean =>
	type === "m.reaction" &&
	sender === by &&
	JSON.stringify(content["m.relates_to"]) === JSON.stringify(other["m.relates_to"]);
