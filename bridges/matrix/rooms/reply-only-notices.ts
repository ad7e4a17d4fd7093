import { BoundedMap, type BridgeHost, type Received } from "#bridge-kit";
import { type Homeserver, segment } from "../homeserver.ts";
import { transactionId } from "../ids.ts";
import type { MatrixEvent } from "../incoming/event.ts";

/** How many users are remembered in memory; for others the store is read. */
const maxTold = 10_000;

/** Tells users in a room that is linked to a timeline, once each, why their messages are not bridged (design §2). */
export function createReplyOnlyNotices(
	host: Pick<BridgeHost, "clock" | "logger" | "state">,
	homeserver: Homeserver,
): (event: MatrixEvent, received: Received) => void {
	const told = new BoundedMap<string, true>(maxTold);

	async function tell(room: string, user: string): Promise<void> {
		const key = `told:${room}/${user}`;
		if (told.get(key) === true) return;
		told.set(key, true);
		if ((await host.state.get(key)) !== undefined) return;
		const body = `${user}: this room follows one person's timeline. Only replies to their messages are bridged; reply to one of them to be read there.`;
		const path = `/rooms/${segment(room)}/send/m.room.message/${transactionId("hint", room, user)}`;
		await homeserver.request("PUT", path, { body: { msgtype: "m.notice", body, "m.mentions": { user_ids: [user] } } });
		await host.state.set(key, host.clock.now());
	}

	return ({ type, room_id: room, sender }, received) => {
		if (type !== "m.room.message" || received.status !== "ignored" || received.reason !== "not-owner") return;
		tell(room, sender).catch((error: unknown) => {
			told.delete(`told:${room}/${sender}`);
			host.logger.info({ err: error, room }, "A user could not be told why their messages are not bridged");
		});
	};
}
