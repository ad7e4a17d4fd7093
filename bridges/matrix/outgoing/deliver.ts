import type { BridgeHost, Delivery, DeliveryResult } from "#bridge-kit";
import type { Ghosts } from "../ghosts.ts";
import { type Homeserver, HomeserverError, segment } from "../homeserver.ts";
import { type Names, transactionId } from "../ids.ts";
import type { Consent } from "../rooms/consent.ts";
import type { Members } from "../rooms/members.ts";
import { messageContent, replyTo } from "./content.ts";
import { outcomeOf } from "./outcome.ts";

export interface DeliverParts {
	readonly host: BridgeHost;
	readonly homeserver: Homeserver;
	readonly names: Names;
	readonly ghosts: Ghosts;
	readonly members: Members;
	readonly consent: Consent;
}

type Deliverer<K extends Delivery["kind"]> = (delivery: Extract<Delivery, { kind: K }>) => Promise<DeliveryResult>;

const delivered = (...ids: readonly string[]): DeliveryResult => ({ status: "delivered", ids });

/** Emoji that are text unless told otherwise are told so: clients show ❤️, not ❤. */
const withSelector = (key: string): string =>
	/^\p{Emoji}$/u.test(key) && !/^\p{Emoji_Presentation}$/u.test(key) && !/^[\d#*]$/.test(key) ? `${key}\uFE0F` : key;

/** Carries things into rooms, as the ghosts of who said them. */
export function createDeliver({
	host,
	homeserver,
	names,
	ghosts,
	members,
	consent,
}: DeliverParts): (delivery: Delivery) => Promise<DeliveryResult> {
	/** Sends as a ghost, who is brought into the room first, and once more if it was thrown out of it since. */
	async function asGhost(
		delivery: Delivery,
		account: Delivery["actor"],
		path: (txn: string) => string,
		body: unknown,
	): Promise<string> {
		const room = delivery.reach.target;
		const user = await ghosts.of(account);
		const send = async (): Promise<string> => {
			await members.join(room, user);
			const query = ghosts.deviceOf(user);
			const { event_id } = await homeserver.request("PUT", path(transactionId(delivery.id, delivery.kind, user)), {
				as: user,
				query,
				body,
			});
			return String(event_id);
		};
		try {
			return await send();
		} catch (error) {
			if (!(error instanceof HomeserverError) || error.status !== 403) throw error;
			members.forget(room);
			return await send();
		}
	}
	const sending = (delivery: Delivery, type: string) => (txn: string) =>
		`/rooms/${segment(delivery.reach.target)}/send/${type}/${txn}`;
	const redacting = (delivery: Delivery, event: string) => (txn: string) =>
		`/rooms/${segment(delivery.reach.target)}/redact/${segment(event)}/${txn}-${event.slice(1, 9)}`;

	/** Takes events back: as who said them if they are ours, else as the bot. */
	async function redact(
		delivery: Delivery,
		account: Delivery["actor"],
		events: readonly string[],
	): Promise<DeliveryResult> {
		for (const event of events) {
			const path = redacting(delivery, event);
			if (account.origin?.bridge !== host.name) await asGhost(delivery, account, path, {});
			else await homeserver.request("PUT", path(transactionId(delivery.id, delivery.kind, names.bot)), { body: {} });
		}
		return delivered();
	}

	const deliverers: { readonly [K in Delivery["kind"]]?: Deliverer<K> } = {
		async message(delivery) {
			const content = { ...messageContent(host, delivery, ghosts.userOf), ...replyTo(delivery.parent) };
			return delivered(await asGhost(delivery, delivery.subject.author, sending(delivery, "m.room.message"), content));
		},
		async edit(delivery) {
			const [original] = delivery.subject.remote;
			// What was never sent here (it is older than the link) has nothing to be edited.
			if (original === undefined) return delivered();
			const content = messageContent(host, delivery, ghosts.userOf);
			const edit = {
				...content,
				body: `* ${String(content.body)}`,
				"m.new_content": content,
				"m.relates_to": { rel_type: "m.replace", event_id: original },
			};
			await asGhost(delivery, delivery.subject.author, sending(delivery, "m.room.message"), edit);
			return delivered();
		},
		removal: async (delivery) => redact(delivery, delivery.subject.author, delivery.subject.remote),
		async reaction(delivery) {
			const [target] = delivery.subject.remote;
			if (target === undefined) return delivered();
			const content = {
				"m.relates_to": { rel_type: "m.annotation", event_id: target, key: withSelector(delivery.key) },
			};
			try {
				return delivered(await asGhost(delivery, delivery.actor, sending(delivery, "m.reaction"), content));
			} catch (error) {
				if (error instanceof HomeserverError && error.errcode === "M_DUPLICATE_ANNOTATION") return delivered();
				throw error;
			}
		},
		unreaction: async (delivery) => redact(delivery, delivery.actor, delivery.remote.slice(-1)),
		async link({ room, consented }) {
			if (consented) await consent.given(room);
			await consent.judge(room);
			return delivered();
		},
		async unlink({ room }) {
			await consent.forget(room);
			await members.leaveAll(room);
			return delivered();
		},
	};

	return async (delivery) => {
		if (delivery.kind === "profile") {
			await ghosts.rename(delivery.actor);
			return delivered();
		}
		const deliverer = deliverers[delivery.kind] as ((delivery: Delivery) => Promise<DeliveryResult>) | undefined;
		if (deliverer === undefined) return { status: "rejected", reason: "unsupported" };
		try {
			return await deliverer(delivery);
		} catch (error) {
			return outcomeOf(error);
		}
	};
}
