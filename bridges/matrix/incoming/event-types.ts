/** The types of room events that this bridge knows; what each means is in `convert.ts` and, for links, in `rooms/watch.ts`. */
const roomEventTypes = [
	"m.room.message",
	"m.sticker",
	"m.reaction",
	"m.room.redaction",
	"m.room.member",
	"m.room.power_levels",
	"m.room.join_rules",
	"m.room.encryption",
	"m.room.encrypted",
	"m.room.tombstone",
	"m.room.name",
	"m.room.topic",
	"m.room.avatar",
	"m.poll.start",
	"m.poll.response",
	"m.poll.end",
	"m.call.invite",
] as const;
export type RoomEventType = (typeof roomEventTypes)[number];

const known: ReadonlySet<string> = new Set(roomEventTypes);
export const isKnownType = (type: string): type is RoomEventType => known.has(type);
