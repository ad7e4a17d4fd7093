import { may } from "../../access/permissions.ts";
import { appendDeletion } from "../../messages/delete-message.ts";
import type { Account } from "../../model/account.ts";
import type { Message } from "../../model/message.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { ended, findMessage, type Intake, ignored, parkBehind, type Receiver, requestOf, type Step } from "./intake.ts";
import { reactionByRemote, withdraw } from "./reaction.ts";

/** Takes over a deletion: by the author, or by a moderator of the channel. */
export const receiveRemoval: Receiver<"removal"> = async (intake, sender, event) => {
	const message = await findMessage(intake, event.target);
	return message === undefined ? parkBehind(intake, event, event.target) : remove(intake, sender, event, message);
};

/** A deletion that says only which id is gone: of a message, or of a reaction. */
export const receiveRetraction: Receiver<"retraction"> = async (intake, sender, event) => {
	const ref = { remote: event.target };
	const message = await findMessage(intake, ref);
	if (message !== undefined) return remove(intake, sender, event, message);
	const reaction = await reactionByRemote(intake, event.target);
	if (reaction !== undefined) return withdraw(intake, sender, event, reaction);
	return parkBehind(intake, event, ref);
};

async function remove(intake: Intake, sender: Account, event: RemoteEvent, message: Message): Promise<Step> {
	const place = await intake.place(message.channel);
	if (place === undefined) return ignored("unknown-place");
	const isAuthor = message.author === sender.id;
	if (!isAuthor && !(await may(intake.world, "moderate", place, sender))) return ignored("not-allowed");
	if (message.deletedAt !== undefined) return ended({ status: "duplicate" });
	await intake.flush();
	await appendDeletion(intake.world, message.id, {
		actor: sender,
		request: requestOf(intake, event),
		origin: intake.bridge,
		raw: event.raw,
		...(isAuthor ? {} : { moderated: true as const }),
	});
	return ended({ status: "accepted", message: message.id });
}
