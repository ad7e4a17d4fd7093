import type { Delivery, DeliveryKind, DeliveryResult } from "#bridge-kit";
import { type DeliveryContext, deliverers } from "./deliverers.ts";
import { outcomeOf } from "./outcome.ts";

type Deliver = (context: DeliveryContext, delivery: Delivery) => Promise<DeliveryResult>;

/** Carries deliveries into rooms, as the ghosts of their authors. */
export function createDeliver(context: DeliveryContext): (delivery: Delivery) => Promise<DeliveryResult> {
	const { members, consent } = context;

	/** A room that does not let us speak any more may have removed the bot: then its link should say so. */
	async function missed(delivery: Delivery, result: DeliveryResult): Promise<DeliveryResult> {
		if (result.status === "rejected" && result.reason === "forbidden" && !(await members.hasBot(delivery.reach.target)))
			await consent.lost(delivery.reach.target);
		return result;
	}

	return async (delivery) => {
		const deliver = (deliverers as Record<DeliveryKind, Deliver | "unsupported">)[delivery.kind];
		if (deliver === "unsupported") return { status: "rejected", reason: "unsupported" };
		try {
			return await deliver(context, delivery);
		} catch (error) {
			const result = outcomeOf(error);
			return delivery.kind === "profile" ? result : missed(delivery, result).catch(outcomeOf);
		}
	};
}
