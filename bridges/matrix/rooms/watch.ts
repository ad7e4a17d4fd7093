import type { BridgeHost, LinkedRoom } from "#bridge-kit";
import type { Names } from "../ids.ts";
import type { MatrixEvent } from "../incoming/event.ts";
import { isKnownType, type RoomEventType } from "../incoming/event-types.ts";
import type { Agreements, Answer } from "./agreement.ts";
import { readAnswer } from "./answer.ts";

/** Stores what an event means for a room's links. Resolves when that is durable; `undefined`: it means nothing. */
export type Watch = (event: MatrixEvent, portal: LinkedRoom | undefined) => Promise<void> | undefined;

export interface WatchParts {
	readonly names: Names;
	readonly agreements: Agreements;
	readonly portals: Pick<BridgeHost["portals"], "ofRoom">;
	/** Checks a room in the background. */
	readonly checkSoon: (room: string) => void;
	/** The bot was removed from a room. */
	readonly botRemoved: (room: string, event: string) => Promise<void>;
	/** A room was encrypted: nothing more may be sent to it in clear text. */
	readonly encrypted: (room: string) => Promise<void>;
}

export function createWatch({ names, agreements, portals, checkSoon, botRemoved, encrypted }: WatchParts): Watch {
	const watchMembership: Watch = ({ event_id, room_id: room, sender, state_key, content }) => {
		if (state_key !== names.bot) return undefined;
		// The bot may be invited before anyone here has linked the room.
		if (content.membership === "invite") return agreements.invited(room, sender, event_id).then(() => checkSoon(room));
		// If the bot left by itself, a link had ended, perhaps an earlier one. Without a link, an invitation was withdrawn.
		const isOut = sender !== names.bot && (content.membership === "leave" || content.membership === "ban");
		if (!isOut) return undefined;
		return botRemoved(room, event_id);
	};
	const watchMessage: Watch = ({ event_id, room_id: room, sender, content }, portal) => {
		const answer = portal === undefined || names.isOurs(sender) ? undefined : readAnswer(content);
		return answer && answered(room, event_id, answer.code, { by: sender, shared: answer.shared });
	};
	async function answered(room: string, event: string, code: string, answer: Answer): Promise<void> {
		const link = (await portals.ofRoom(room)).find((other) => other.code === code);
		if (link === undefined || link.state === "active") return;
		await agreements.answered(room, link.id, answer, event);
		checkSoon(room);
	}
	const lookSoon: Watch = ({ room_id: room }, portal) => void (portal !== undefined && checkSoon(room));

	/** What each type of event means for a room's links. */
	const watchers: Readonly<Record<RoomEventType, Watch | "ignored">> = {
		"m.room.member": watchMembership,
		"m.room.message": watchMessage,
		"m.room.power_levels": lookSoon,
		"m.room.join_rules": lookSoon,
		// What waits for the room must not be sent before it has been checked.
		"m.room.encryption": ({ room_id: room }, portal) =>
			portal === undefined ? undefined : encrypted(room).then(() => checkSoon(room)),
		"m.room.tombstone": lookSoon,
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
