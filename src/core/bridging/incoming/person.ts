import { ended, type Receiver, requestOf } from "./intake.ts";

/** A profile changed: the sender of an event is brought up to date before it is taken in, so nothing is left to do. */
export const receiveProfile: Receiver<"profile"> = async () => ended({ status: "accepted" });

/** Somebody's account elsewhere is gone: so is what they said here. The consumer of the event removes it message by message. */
export const receiveGone: Receiver<"gone"> = async (intake, sender, event) => {
	if (sender.deletedAt !== undefined) return ended({ status: "duplicate" });
	await intake.flush();
	const { outcome } = await intake.world.log.append({
		stream: sender.id,
		type: "account.deleted",
		actor: sender.id,
		natural: `deleted:${sender.id}`,
		request: requestOf(intake, event),
		body: { account: sender.id },
	});
	return ended({ status: outcome === "appended" ? "accepted" : "duplicate" });
};
