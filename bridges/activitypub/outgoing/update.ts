import { isBroadcast } from "../audience.ts";
import { toObject } from "../notes.ts";
import { announceActivity } from "./announce.ts";
import { inner, isGroupChannel, isRelayed, saidOf, type Writer, write } from "./writer.ts";

/** An edit. Its author says so everywhere, since boosts are not edited; servers that know groups hear it from the channel too. */
export const writeEdit: Writer<"edit"> = async (press, delivery) => {
	const { ids, host } = press;
	const { channel, subject } = delivery;
	const author = ids.person(subject.author);
	if (isRelayed(press, delivery))
		return isGroupChannel(channel) && delivery.raw !== undefined
			? [announceActivity(press, delivery, delivery.raw, author)]
			: [];
	const object = toObject({ ids, text: host.text, domain: host.domain }, await saidOf(press, delivery)) as Record<
		string,
		unknown
	>;
	const update = write(author, {
		id: ids.activity(delivery.id),
		type: "Update",
		to: object["to"],
		cc: object["cc"],
		updated: new Date(delivery.at).toISOString(),
		object,
	});
	return isGroupChannel(channel) && isBroadcast(channel)
		? [update, announceActivity(press, delivery, inner(update), author)]
		: [update];
};
