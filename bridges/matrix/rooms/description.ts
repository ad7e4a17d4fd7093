import type { BridgeHost } from "#bridge-kit";
import { type Homeserver, isRefusal, segment } from "../homeserver.ts";
import type { Names } from "../ids.ts";

/** The stable event type, and the one that clients look for. */
const types = ["m.bridge", "uk.half-shot.bridge"];

/** The state event by which other bridges and clients see that a room is bridged, and to what (MSC2346). */
export interface Description {
	/** @throws {HomeserverError} the homeserver can't say now */
	put(room: string, channel: string): Promise<void>;
	/** @throws {HomeserverError} the homeserver can't say now */
	remove(room: string, channel: string): Promise<void>;
}

export function createDescription(
	{ about }: Pick<BridgeHost, "about">,
	homeserver: Homeserver,
	names: Names,
): Description {
	async function set(room: string, channel: string, content: object): Promise<void> {
		const key = segment(`ofscp://${about.domain}/${channel}`);
		for (const type of types) {
			try {
				await homeserver.request("PUT", `/rooms/${segment(room)}/state/${type}/${key}`, { body: content });
			} catch (error) {
				if (!isRefusal(error)) throw error;
			}
		}
	}

	return {
		put: (room, channel) =>
			set(room, channel, {
				bridgebot: names.bot,
				creator: names.bot,
				protocol: { id: "ofscp", displayname: "OFSCP" },
				channel: { id: channel, external_url: about.origin },
			}),
		remove: (room, channel) => set(room, channel, {}),
	};
}
