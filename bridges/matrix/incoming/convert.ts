import type { RemoteEvent, RemotePerson, Text } from "#bridge-kit";
import { contentOf } from "./content.ts";
import { isRecord, type MatrixEvent, relationOf } from "./event.ts";
import { isKnownType, type RoomEventType } from "./event-types.ts";

/** What the converters need. */
export interface Converter {
	readonly text: Text;
	person(user: string): RemotePerson;
	isOurs(user: string): boolean;
}

/** Pure: the same event is the same remote event. */
type Convert = (converter: Converter, event: MatrixEvent, raw: unknown) => RemoteEvent | undefined;

/** Variation selector 16: some clients write 👍 with it, some without; it is one reaction. */
const selector = /\uFE0F/g;

const convertMessage: Convert = (converter, event, raw) => {
	const { replaces, repliesTo } = relationOf(event.content);
	if (replaces !== undefined) return convertEdit(converter, event, raw, replaces);
	const content = contentOf(event.content, converter.text, localpartOf(event.sender));
	if (content === undefined) return undefined;
	return {
		...base(converter, event, raw),
		kind: "message",
		message: event.event_id,
		place: { kind: "room", room: event.room_id },
		type: "message",
		content,
		url: `https://matrix.to/#/${event.room_id}/${event.event_id}`,
		...(repliesTo === undefined ? {} : { replyTo: { remote: repliesTo } }),
		...(Number.isSafeInteger(event.origin_server_ts) ? { publishedAt: event.origin_server_ts as number } : {}),
	};
};

function convertEdit(converter: Converter, event: MatrixEvent, raw: unknown, target: string): RemoteEvent | undefined {
	const renewed = event.content["m.new_content"];
	const content = isRecord(renewed) ? contentOf(renewed, converter.text, localpartOf(event.sender), true) : undefined;
	return content === undefined
		? undefined
		: { ...base(converter, event, raw), kind: "edit", edit: event.event_id, target: { remote: target }, content };
}

/** A sticker is a picture with a name. */
const convertSticker: Convert = (converter, event, raw) => {
	const body = typeof event.content.body === "string" ? event.content.body : "sticker";
	return convertMessage(converter, { ...event, content: { ...event.content, msgtype: "m.image", body } }, raw);
};

const convertReaction: Convert = (converter, event, raw) => {
	const { annotates, key } = relationOf(event.content);
	const plain = key?.replace(selector, "") ?? "";
	if (annotates === undefined || plain === "" || plain.length > 100 || plain.startsWith("mxc://")) return undefined;
	return {
		...base(converter, event, raw),
		kind: "reaction",
		reaction: event.event_id,
		target: { remote: annotates },
		key: plain,
	};
};

const convertRedaction: Convert = (converter, event, raw) => {
	// In the content since room version 11, beside it before.
	const target = event.content.redacts ?? event.redacts;
	return typeof target === "string" && target !== "" && target.length <= 512
		? { ...base(converter, event, raw), kind: "retraction", target, room: event.room_id }
		: undefined;
};

const convertMembership: Convert = (converter, event, raw) => {
	const user = event.state_key;
	if (user === undefined || !user.startsWith("@") || converter.isOurs(user)) return undefined;
	const { membership } = event.content;
	const change = {
		...base(converter, event, raw),
		sender: converter.person(user),
		target: { kind: "room", room: event.room_id },
	} as const;
	if (membership === "join") return { ...change, kind: "join" };
	return membership === "leave" || membership === "ban" ? { ...change, kind: "leave" } : undefined;
};

/** The converter of each type of event. An ignored event may still matter for the room's link (`rooms/watch.ts`). */
const converters: Readonly<Record<RoomEventType, Convert | "ignored">> = {
	"m.room.message": convertMessage,
	"m.sticker": convertSticker,
	"m.reaction": convertReaction,
	"m.room.redaction": convertRedaction,
	"m.room.member": convertMembership,
	"m.room.power_levels": "ignored",
	"m.room.join_rules": "ignored",
	"m.room.encryption": "ignored",
	"m.room.encrypted": "ignored",
	"m.room.tombstone": "ignored",
	"m.room.name": "ignored",
	"m.room.topic": "ignored",
	"m.room.avatar": "ignored",
	"m.poll.start": "ignored",
	"m.poll.response": "ignored",
	"m.poll.end": "ignored",
	"m.call.invite": "ignored",
};

/** Converts an event; `undefined`: it changes nothing. Our own ghosts' events come back to us and are ignored. */
export function convert(converter: Converter, event: MatrixEvent, raw: unknown): RemoteEvent | undefined {
	const convertEvent = converterOf(event.type);
	return convertEvent !== undefined && takes(converter, event) ? convertEvent(converter, event, raw) : undefined;
}

/** Whether an event is converted. A `state_key` makes a state event, whatever its type: a message that has one is not converted. */
export const takes = ({ isOurs }: Pick<Converter, "isOurs">, event: MatrixEvent): boolean =>
	converterOf(event.type) !== undefined &&
	(event.type === "m.room.member") === (event.state_key !== undefined) &&
	(event.type === "m.room.member" || !isOurs(event.sender));

function converterOf(type: string): Convert | undefined {
	const known = isKnownType(type) ? converters[type] : "ignored";
	return known === "ignored" ? undefined : known;
}

/** An event id is a hash, so a homeserver that sends it again sends the same event. */
const base = ({ person }: Converter, event: MatrixEvent, raw: unknown) => ({
	id: event.event_id,
	isUnique: true as const,
	sender: person(event.sender),
	...(event.origin_server_ts === undefined ? {} : { at: event.origin_server_ts }),
	raw,
});

const localpartOf = (user: string): string => user.slice(1).split(":")[0] ?? user;
