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
	const pathOf = (room: string, channel: string, type: string): string =>
		`/rooms/${segment(room)}/state/${type}/${segment(`ofscp://${about.domain}/${channel}`)}`;

	/** @returns the answer; `undefined`: the homeserver refuses */
	async function ask(method: "GET" | "PUT", path: string, body?: object): Promise<object | undefined> {
		try {
			return await homeserver.request(method, path, body === undefined ? {} : { body });
		} catch (error) {
			if (isRefusal(error)) return undefined;
			throw error;
		}
	}

	return {
		async put(room, channel) {
			const content = {
				bridgebot: names.bot,
				creator: names.bot,
				protocol: { id: "ofscp", displayname: "OFSCP" },
				channel: { id: channel, external_url: about.origin },
			};
			for (const type of types) await ask("PUT", pathOf(room, channel, type), content);
		},
		async remove(room, channel) {
			for (const type of types) {
				const path = pathOf(room, channel, type);
				// A link that was never active has left no trace in the room's state, and leaves none now.
				if (Object.keys((await ask("GET", path)) ?? {}).length > 0) await ask("PUT", path, {});
			}
		},
	};
}
