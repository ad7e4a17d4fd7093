import { type Receiver, requestOf, resolved } from "./batch.ts";

/** A profile has changed. The sender of every event is updated before the event is received, so nothing is left to do. */
export const receiveProfile: Receiver<"profile"> = async () => resolved({ status: "accepted" });

/** A remote account was deleted. The consumer `erase` then removes its messages one by one. */
export const receiveGone: Receiver<"gone"> = async (batch, sender, event) => {
	if (sender.deletedAt !== undefined) return resolved({ status: "duplicate" });
	await batch.flush();
	const { outcome } = await batch.context.log.append({
		stream: sender.id,
		type: "account.deleted",
		actor: sender.id,
		natural: `deleted:${sender.id}`,
		...requestOf(batch, event),
		body: { account: sender.id },
	});
	return resolved({ status: outcome === "appended" ? "accepted" : "duplicate" });
};
