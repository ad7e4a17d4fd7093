import type { RemoteEvent, RemotePerson, Text } from "#bridge-kit";
import { contentOf } from "./content.ts";
import { isRecord, type MatrixEvent, relationOf } from "./event.ts";

/** What converters need of the bridge. */
export interface Converter {
	readonly text: Text;
	person(user: string): RemotePerson;
	isOurs(user: string): boolean;
}

/** Variation selector 16: some clients write 👍 with it, some without; it is one reaction. */
const selector = /\uFE0F/g;

/** For each type of event that crosses, what it means to the core. Pure: the same event is the same remote event. */
const converters: Readonly<
	Record<string, (converter: Converter, event: MatrixEvent, raw: unknown) => RemoteEvent | undefined>
> = {
	"m.room.message"(converter, event, raw) {
		const { replaces, repliesTo } = relationOf(event.content);
		if (replaces !== undefined) return edit(converter, event, raw, replaces);
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
		};
	},
	"m.sticker"(converter, event, raw) {
		const body = typeof event.content.body === "string" ? event.content.body : "sticker";
		return converters["m.room.message"]?.(
			converter,
			{ ...event, content: { ...event.content, msgtype: "m.image", body } },
			raw,
		);
	},
	"m.reaction"(converter, event, raw) {
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
	},
	"m.room.redaction"(converter, event, raw) {
		// In the content since room version 11, beside it before.
		const target = event.content.redacts ?? event.redacts;
		return typeof target === "string" && target !== "" && target.length <= 512
			? { ...base(converter, event, raw), kind: "retraction", target }
			: undefined;
	},
	"m.room.member"(converter, event, raw) {
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
	},
};

/** What an event means to the core; `undefined`: nothing. What our own ghosts said comes back to us and is nothing new. */
export function convert(converter: Converter, event: MatrixEvent, raw: unknown): RemoteEvent | undefined {
	return takes(converter, event) ? converters[event.type]?.(converter, event, raw) : undefined;
}

/** A state event is one by its key, not by its type: a message with a state key is none. */
export const takes = ({ isOurs }: Pick<Converter, "isOurs">, event: MatrixEvent): boolean =>
	Object.hasOwn(converters, event.type) &&
	(event.type === "m.room.member") === (event.state_key !== undefined) &&
	(event.type === "m.room.member" || !isOurs(event.sender));

function edit(converter: Converter, event: MatrixEvent, raw: unknown, target: string): RemoteEvent | undefined {
	const renewed = event.content["m.new_content"];
	const content = isRecord(renewed) ? contentOf(renewed, converter.text, localpartOf(event.sender)) : undefined;
	return content === undefined
		? undefined
		: { ...base(converter, event, raw), kind: "edit", target: { remote: target }, content };
}

const base = ({ person }: Converter, event: MatrixEvent, raw: unknown) => ({
	id: event.event_id,
	sender: person(event.sender),
	raw,
});

const localpartOf = (user: string): string => user.slice(1).split(":")[0] ?? user;
