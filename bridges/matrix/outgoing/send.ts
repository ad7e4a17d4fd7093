import type { BridgeHost, Delivery } from "#bridge-kit";
import type { Ghosts } from "../ghosts.ts";
import { type Homeserver, HomeserverError, segment } from "../homeserver.ts";
import { type Names, transactionId } from "../ids.ts";
import type { Members } from "../rooms/members.ts";

export interface EventSenderParts {
	readonly host: Pick<BridgeHost, "about">;
	readonly homeserver: Homeserver;
	readonly names: Names;
	readonly ghosts: Ghosts;
	readonly members: Members;
}

/** Sends events to the room of a delivery. Every retry has the same transaction id, and no other request has it. */
export interface EventSender {
	/** Sends an event in the name of an account's ghost. Resolves with the event's id. @throws {HomeserverError} */
	event(delivery: Delivery, account: Delivery["actor"], type: string, content: object): Promise<string>;
	/** Redacts events: in the name of their author's ghost, or as the bot if the author is a Matrix user. @throws {HomeserverError} */
	redactions(delivery: Delivery, account: Delivery["actor"], events: readonly string[]): Promise<void>;
}

export function createEventSender({ host, homeserver, names, ghosts, members }: EventSenderParts): EventSender {
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

	/** Makes the ghost join the room first. If the homeserver does not know the ghost any more, it is registered and joins once again. */
	async function asGhost(delivery: Delivery, account: Delivery["actor"], path: string, body: object): Promise<string> {
		const room = delivery.reach.target;
		const attempt = async (): Promise<string> => {
			const user = await ghosts.ensure(account);
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
			// An event that the homeserver does not have (any more) need not be redacted.
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
