import type { Delivery, DeliveryKind, DeliveryResult } from "#bridge-kit";
import { type DeliveryContext, deliverers } from "./deliverers.ts";
import { outcomeOf } from "./outcome.ts";
import { GhostRemoved } from "./send.ts";

/** What is withdrawn can be withdrawn later, when the bot has got the power to. */
const isWithdrawal = (kind: DeliveryKind): boolean => kind === "removal" || kind === "unreaction";

type Deliver = (context: DeliveryContext, delivery: Delivery) => Promise<DeliveryResult>;

/** Makes deliveries to rooms, in the name of their authors' ghosts. */
export function createDeliver(context: DeliveryContext): (delivery: Delivery) => Promise<DeliveryResult> {
	const { host, members, consent } = context;

	/** A room that refuses our messages may have removed the bot; then its link becomes degraded. */
	async function checkBot(delivery: Delivery, result: DeliveryResult): Promise<DeliveryResult> {
		const room = delivery.reach.target;
		if (result.status !== "rejected" || result.reason !== "forbidden") return result;
		const isLinked = (await host.portals.byRoom(room)) !== undefined;
		if (isLinked && !(await members.hasBot(room))) await consent.botRemoved(room);
		return result;
	}

	return async (delivery) => {
		const deliver = (deliverers as Record<DeliveryKind, Deliver | "unsupported">)[delivery.kind];
		if (deliver === "unsupported") return { status: "rejected", reason: "unsupported" };
		try {
			return await deliver(context, delivery);
		} catch (error) {
			// Not a dead letter: it must not be said later, when the ghost may come back.
			if (error instanceof GhostRemoved && !isWithdrawal(delivery.kind))
				return { status: "rejected", reason: "unsupported", detail: error.message };
			const result = outcomeOf(error);
			return delivery.kind === "profile" ? result : checkBot(delivery, result).catch(outcomeOf);
		}
	};
}
