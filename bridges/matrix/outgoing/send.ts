import type { BridgeHost, Delivery } from "#bridge-kit";
import type { Ghosts } from "../ghosts.ts";
import { type Homeserver, HomeserverError, segment } from "../homeserver.ts";
import { type Names, transactionId } from "../ids.ts";
import type { Members } from "../rooms/members.ts";
import type { RemovedGhosts } from "../rooms/removed-ghosts.ts";

export interface EventSenderParts {
	readonly host: Pick<BridgeHost, "about">;
	readonly homeserver: Homeserver;
	readonly names: Names;
	readonly ghosts: Ghosts;
	readonly members: Members;
	readonly removed: RemovedGhosts;
}

/** The people of the room have kicked or banned the author's ghost, so nothing is said there in the author's name. */
export class GhostRemoved extends HomeserverError {
	constructor() {
		super(403, "M_FORBIDDEN", "the room has removed the author's ghost");
		this.name = "GhostRemoved";
	}
}

/** Sends events to the room of a delivery. Every retry has the same transaction id, and no other request has it. */
export interface EventSender {
	/** Sends an event in the name of an account's ghost. Resolves with the event's id. @throws {GhostRemoved} @throws {HomeserverError} */
	event(delivery: Delivery, account: Delivery["actor"], type: string, content: object): Promise<string>;
	/** Redacts events, by their author's ghost or the bot. @throws {HomeserverError} */
	redactions(delivery: Delivery, account: Delivery["actor"], events: readonly string[]): Promise<void>;
}

export function createEventSender({
	host,
	homeserver,
	names,
	ghosts,
	members,
	removed,
}: EventSenderParts): EventSender {
	async function put(
		delivery: Delivery,
		user: string,
		path: string,
		body: object,
		query: Readonly<Record<string, string>> = {},
	): Promise<string> {
		const room = delivery.reach.target;
		const txn = transactionId(delivery.id, delivery.kind, room, path, user);
		const answer: unknown = await homeserver.request("PUT", `/rooms/${segment(room)}/${path}/${txn}`, {
			...(user === names.bot ? {} : { as: user }),
			query,
			body,
		});
		const event = typeof answer === "object" ? (answer as { event_id?: unknown } | null)?.event_id : undefined;
		// A proxy may answer 200 in the homeserver's place. The request is repeated with the same transaction id.
		if (typeof event !== "string") throw new HomeserverError(0, "", "the answer names no event");
		return event;
	}

	/** Makes the ghost join the room first. If the homeserver does not know the ghost any more, it is registered and joins once again. */
	async function asGhost(delivery: Delivery, account: Delivery["actor"], path: string, body: object): Promise<string> {
		const room = delivery.reach.target;
		const ghost = ghosts.userOf(account);
		const attempt = async (): Promise<string> => {
			const user = await ghosts.ensure(account);
			await members.join(room, user, async () => !(await removed.check(room, ghost)));
			return put(delivery, user, path, body, ghosts.deviceOf(user));
		};
		if (await removed.has(room, ghost)) throw new GhostRemoved();
		try {
			return await attempt();
		} catch (error) {
			if (!(error instanceof HomeserverError)) throw error;
			if (error.status !== 403 && error.errcode !== "M_UNKNOWN_DEVICE") throw error;
			if (error.status === 403 && (await removed.check(room, ghost))) throw new GhostRemoved();
			await ghosts.forget(account);
			members.forget(room, ghost);
			return await attempt();
		}
	}

	const asBot = (delivery: Delivery, path: string): Promise<string> => put(delivery, names.bot, path, {});

	/**
	 * What a Matrix user said is redacted by the bot, what one of our people said by their ghost, and each by the other if it may not: a
	 * banned ghost's message must not stay. The ghost of a deleted account has left, so the bot is asked first.
	 */
	async function redact(delivery: Delivery, account: Delivery["actor"], event: string): Promise<void> {
		const path = `redact/${segment(event)}`;
		const ways = [() => asGhost(delivery, account, path, {}), () => asBot(delivery, path)];
		if (account.origin?.bridge === host.about.bridge) ways.shift();
		else if (account.deletedAt !== undefined) ways.reverse();
		let refusal: unknown;
		for (const way of ways) {
			try {
				await way();
				return;
			} catch (error) {
				// An event that the homeserver does not have (any more) need not be redacted.
				if (error instanceof HomeserverError && error.errcode === "M_NOT_FOUND") return;
				if (!(error instanceof GhostRemoved) && !(error instanceof HomeserverError && error.status === 403))
					throw error;
				refusal ??= error;
			}
		}
		throw refusal;
	}

	return {
		event: (delivery, account, type, content) => asGhost(delivery, account, `send/${type}`, content),
		async redactions(delivery, account, events) {
			for (const event of events) await redact(delivery, account, event);
		},
	};
}
