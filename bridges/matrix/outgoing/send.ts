import type { BridgeHost, Delivery } from "#bridge-kit";
import type { Ghosts } from "../ghosts.ts";
import { type Homeserver, HomeserverError, segment } from "../homeserver.ts";
import { type Names, transactionId } from "../ids.ts";
import type { Members } from "../rooms/members.ts";

export interface SendParts {
	readonly host: Pick<BridgeHost, "about">;
	readonly homeserver: Homeserver;
	readonly names: Names;
	readonly ghosts: Ghosts;
	readonly members: Members;
}

/** Says things in the room that a delivery goes to. Every repetition bears the same transaction id, and no other request does. */
export interface Send {
	/** As somebody's ghost. Resolves with the event's id. @throws {HomeserverError} */
	event(delivery: Delivery, account: Delivery["actor"], type: string, content: object): Promise<string>;
	/** Takes events back: as who said them if they are ours, else as the bot. @throws {HomeserverError} */
	redactions(delivery: Delivery, account: Delivery["actor"], events: readonly string[]): Promise<void>;
}

export function createSend({ host, homeserver, names, ghosts, members }: SendParts): Send {
	async function put(
		delivery: Delivery,
		user: string,
		path: string,
		body: object,
		query: Readonly<Record<string, string>> = {},
	): Promise<string> {
		const room = delivery.reach.target;
		const txn = transactionId(delivery.id, delivery.kind, room, path, user);
		const { event_id } = await homeserver.request("PUT", `/rooms/${segment(room)}/${path}/${txn}`, {
			...(user === names.bot ? {} : { as: user }),
			query,
			body,
		});
		return String(event_id);
	}

	/** The ghost is brought into the room first; made anew and brought in once more if the homeserver knows it no longer. */
	async function asGhost(delivery: Delivery, account: Delivery["actor"], path: string, body: object): Promise<string> {
		const room = delivery.reach.target;
		const attempt = async (): Promise<string> => {
			const user = await ghosts.of(account);
			await members.join(room, user);
			return put(delivery, user, path, body, ghosts.deviceOf(user));
		};
		try {
			return await attempt();
		} catch (error) {
			if (!(error instanceof HomeserverError)) throw error;
			if (error.status !== 403 && error.errcode !== "M_UNKNOWN_DEVICE") throw error;
			await ghosts.forget(account);
			members.forget(room, ghosts.userOf(account));
			return await attempt();
		}
	}

	async function redact(delivery: Delivery, account: Delivery["actor"], event: string): Promise<void> {
		const path = `redact/${segment(event)}`;
		try {
			if (account.origin?.bridge === host.about.bridge) await put(delivery, names.bot, path, {});
			else await asGhost(delivery, account, path, {});
		} catch (error) {
			// What the homeserver does not have (any more) need not be taken back.
			if (!(error instanceof HomeserverError) || error.errcode !== "M_NOT_FOUND") throw error;
		}
	}

	return {
		event: (delivery, account, type, content) => asGhost(delivery, account, `send/${type}`, content),
		async redactions(delivery, account, events) {
			for (const event of events) await redact(delivery, account, event);
		},
	};
}
