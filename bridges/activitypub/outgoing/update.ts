import { isBroadcast } from "../audience.ts";
import { toObject } from "../notes.ts";
import { announceActivity } from "./announce.ts";
import { inner, isGroupChannel, isRelayed, saidOf, type Writer, write } from "./writer.ts";

/** An edit. Its author says so everywhere, since boosts are not edited; servers that know groups hear it from the channel too. */
export const writeEdit: Writer<"edit"> = async (context, delivery) => {
	const { ids } = context;
	const { channel, subject } = delivery;
	const author = ids.person(subject.author);
	if (isRelayed(context, delivery))
		return isGroupChannel(channel) && delivery.raw !== undefined
			? [announceActivity(context, delivery, delivery.raw, author)]
			: [];
	const object = toObject(context, await saidOf(context, delivery)) as Record<string, unknown>;
	const update = write(author, {
		id: ids.activity(delivery.id),
		type: "Update",
		to: object["to"],
		cc: object["cc"],
		updated: new Date(delivery.at).toISOString(),
		object,
	});
	return isGroupChannel(channel) && isBroadcast(delivery)
		? [update, announceActivity(context, delivery, inner(update), author)]
		: [update];
};
