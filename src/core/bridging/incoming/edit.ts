import { circleOf } from "../../access/circle.ts";
import { Problem } from "../../errors.ts";
import { checkContent } from "../../messages/check-content.ts";
import { appendEdit } from "../../messages/edit-message.ts";
import { ended, findMessage, ignored, parkBehind, type Receiver, requestOf } from "./intake.ts";

/** Takes over an edit: of the sender's own message only. It obeys the rules of its own network, not our edit window. */
export const receiveEdit: Receiver<"edit"> = async (intake, sender, event) => {
	const message = await findMessage(intake, event.target);
	if (message === undefined) return parkBehind(intake, event, event.target);
	if (message.author !== sender.id) return ignored("not-allowed");
	if (message.deletedAt !== undefined) return ignored("gone");
	const place = await intake.place(message.channel);
	if (place === undefined) return ignored("unknown-place");
	if (event.forFollowers === true && (await circleOf(intake.world, place)).leaves === "anywhere")
		return ignored("not-allowed");
	try {
		checkContent(intake.world, message.type, event.content);
	} catch (error) {
		if (error instanceof Problem) return ignored("not-allowed");
		throw error;
	}
	await intake.flush();
	await appendEdit(intake.world, message, {
		actor: sender,
		request: requestOf(intake, event),
		body: {
			message: message.id,
			content: event.content,
			tags: event.tags ?? message.tags,
			mentions: message.mentions,
			...(event.warning === undefined ? {} : { warning: event.warning }),
			origin: intake.bridge,
			raw: event.raw,
		},
	});
	return ended({ status: "accepted", message: message.id });
};
