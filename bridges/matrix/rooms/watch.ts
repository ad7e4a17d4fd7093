import type { LinkedRoom } from "#bridge-kit";
import type { Names } from "../ids.ts";
import type { MatrixEvent } from "../incoming/event.ts";
import { isKnownType, type RoomEventType } from "../incoming/event-types.ts";
import type { Agreements } from "./agreement.ts";

/** Stores what an event means for a room's link. Resolves when that is durable; `undefined`: it means nothing. */
export type Watch = (event: MatrixEvent, portal: LinkedRoom | undefined) => Promise<void> | undefined;

export interface WatchParts {
	readonly names: Names;
	readonly agreements: Agreements;
	/** Checks a room in the background. */
	readonly checkSoon: (room: string) => void;
	/** The bot was removed from a room. */
	readonly botRemoved: (room: string) => Promise<void>;
	/** A room was encrypted, so that nothing more may be sent to it in clear text. */
	readonly encrypted: (room: string) => Promise<void>;
	/** A room was replaced by another one. */
	readonly replaced: (room: string) => Promise<void>;
}

export function createWatch({ names, agreements, checkSoon, botRemoved, encrypted, replaced }: WatchParts): Watch {
	const watchMembership: Watch = ({ room_id: room, sender, state_key, content }, portal) => {
		if (state_key !== names.bot) return undefined;
		// The bot may be invited before anyone here has linked the room.
		if (content.membership === "invite") return agreements.invited(room, sender).then(() => checkSoon(room));
		// If the bot left by itself, a link had ended, perhaps an earlier one.
		const isOut = sender !== names.bot && (content.membership === "leave" || content.membership === "ban");
		return isOut && portal !== undefined ? botRemoved(room) : undefined;
	};
	const watchMessage: Watch = ({ room_id: room, sender, content: { body } }, portal) => {
		if (portal === undefined || portal.state === "active" || names.isOurs(sender)) return undefined;
		if (typeof body !== "string" || body.length > 20 || body.trim().toLowerCase() !== "link") return undefined;
		return agreements.linkSaid(room, sender).then(() => checkSoon(room));
	};
	const lookSoon: Watch = ({ room_id: room }, portal) => void (portal !== undefined && checkSoon(room));

	/** What each type of event means for a room's link. */
	const watchers: Readonly<Record<RoomEventType, Watch | "ignored">> = {
		"m.room.member": watchMembership,
		"m.room.message": watchMessage,
		"m.room.power_levels": lookSoon,
		// What waits for the room must not be sent before it has been checked.
		"m.room.encryption": ({ room_id: room }, portal) =>
			portal === undefined ? undefined : encrypted(room).then(() => checkSoon(room)),
		"m.room.tombstone": ({ room_id: room }, portal) => (portal === undefined ? undefined : replaced(room)),
		"m.sticker": "ignored",
		"m.reaction": "ignored",
		"m.room.redaction": "ignored",
		"m.room.encrypted": "ignored",
		"m.room.name": "ignored",
		"m.room.topic": "ignored",
		"m.room.avatar": "ignored",
		"m.poll.start": "ignored",
		"m.poll.response": "ignored",
		"m.poll.end": "ignored",
		"m.call.invite": "ignored",
	};

	return (event, portal) => {
		const watch = isKnownType(event.type) ? watchers[event.type] : "ignored";
		const isState = event.type !== "m.room.message";
		if (watch === "ignored" || isState !== (event.state_key !== undefined)) return undefined;
		return watch(event, portal);
	};
}
