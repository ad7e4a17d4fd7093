import type { Delivery, DeliveryResult } from "#bridge-kit";
import { HomeserverError } from "../homeserver.ts";
import type { Consent } from "../rooms/consent.ts";
import type { ReadBack } from "../rooms/read-back.ts";
import { editContent, messageContent, reactionContent } from "./content.ts";
import { outcomeOf } from "./outcome.ts";
import { createSend, type SendParts } from "./send.ts";

export interface DeliverParts extends SendParts {
	readonly consent: Consent;
	readonly readBack: Pick<ReadBack, "forget">;
}

type Deliverer<K extends Delivery["kind"]> = (delivery: Extract<Delivery, { kind: K }>) => Promise<DeliveryResult>;

const delivered = (...ids: readonly string[]): DeliveryResult => ({ status: "delivered", ids });

/** Carries things into rooms, as the ghosts of who said them. */
export function createDeliver(parts: DeliverParts): (delivery: Delivery) => Promise<DeliveryResult> {
	const { host, ghosts, members, consent, readBack } = parts;
	const send = createSend(parts);

	const deliverers: { readonly [K in Delivery["kind"]]?: Deliverer<K> } = {
		async message(delivery) {
			const content = messageContent(host, delivery, ghosts.userOf);
			return delivered(await send.event(delivery, delivery.subject.author, "m.room.message", content));
		},
		async edit(delivery) {
			const [original] = delivery.subject.remote;
			// What was never sent here (it is older than the link) has nothing to be edited.
			if (original === undefined) return delivered();
			const content = editContent(host, delivery, ghosts.userOf, original);
			await send.event(delivery, delivery.subject.author, "m.room.message", content);
			return delivered();
		},
		async removal(delivery) {
			await send.redactions(delivery, delivery.subject.author, delivery.subject.remote);
			return delivered();
		},
		async reaction(delivery) {
			const [target] = delivery.subject.remote;
			if (target === undefined) return delivered();
			try {
				return delivered(
					await send.event(delivery, delivery.actor, "m.reaction", reactionContent(target, delivery.key)),
				);
			} catch (error) {
				if (error instanceof HomeserverError && error.errcode === "M_DUPLICATE_ANNOTATION") return delivered();
				throw error;
			}
		},
		/** Somebody who reacted, took it back and reacted again has several: which of them stands is the homeserver's to know. */
		async unreaction(delivery) {
			await send.redactions(delivery, delivery.actor, delivery.remote);
			return delivered();
		},
		async link({ room, consented }) {
			if (consented) await consent.given(room);
			await consent.judge(room);
			return delivered();
		},
		async unlink({ room, channel }) {
			await consent.end(room, channel.id);
			await readBack.forget(room);
			await members.leaveAll(room);
			return delivered();
		},
		async profile(delivery) {
			await ghosts.rename(delivery.actor);
			return delivered();
		},
	};

	/** A room that does not let us speak any more may have thrown us out: then its link should say so. */
	async function missed(delivery: Delivery, result: DeliveryResult): Promise<DeliveryResult> {
		if (result.status === "rejected" && result.reason === "forbidden" && !(await members.hasBot(delivery.reach.target)))
			await consent.lost(delivery.reach.target);
		return result;
	}

	return async (delivery) => {
		const deliverer = deliverers[delivery.kind] as ((delivery: Delivery) => Promise<DeliveryResult>) | undefined;
		if (deliverer === undefined) return { status: "rejected", reason: "unsupported" };
		try {
			return await deliverer(delivery);
		} catch (error) {
			const result = outcomeOf(error);
			return delivery.kind === "profile" ? result : missed(delivery, result).catch(outcomeOf);
		}
	};
}
