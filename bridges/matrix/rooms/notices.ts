import type { BridgeHost, LinkedRoom } from "#bridge-kit";
import { type Homeserver, isRefusal, segment } from "../homeserver.ts";
import { transactionId } from "../ids.ts";
import type { LinkShown } from "./link-texts.ts";

/** Says things in rooms, in the bot's name. */
export interface Notices {
	/**
	 * Says a text.
	 *
	 * @param key the same for a repetition of the same text, which then appears once
	 * @returns whether the room accepted it
	 * @throws {HomeserverError} the homeserver can't say now
	 */
	say(room: string, text: string, ...key: readonly string[]): Promise<boolean>;
	/** What people are told about a link; `undefined`: its channel is not open. */
	shown(link: LinkedRoom, isPublic: boolean): Promise<LinkShown | undefined>;
}

export function createNotices(
	{ about, messages, people }: Pick<BridgeHost, "about" | "messages" | "people">,
	homeserver: Homeserver,
): Notices {
	return {
		async say(room, body, ...key) {
			const path = `/rooms/${segment(room)}/send/m.room.message/${transactionId("notice", room, ...key)}`;
			try {
				await homeserver.request("PUT", path, { body: { msgtype: "m.notice", body, "m.mentions": {} } });
				return true;
			} catch (error) {
				if (!isRefusal(error)) throw error;
				return false;
			}
		},
		async shown({ channel, linkedBy }, isPublic) {
			const place = await messages.openChannel(channel);
			if (place === undefined) return undefined;
			const asker = await people.account(linkedBy);
			const isThere = asker !== undefined && asker.deletedAt === undefined;
			return { origin: about.origin, domain: about.domain, asker: isThere ? asker : undefined, place, isPublic };
		},
	};
}
