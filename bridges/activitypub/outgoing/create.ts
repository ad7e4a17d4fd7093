import type { Press } from "../actors.ts";
import { isBroadcast, type Said } from "../audience.ts";
import { toObject } from "../notes.ts";
import { announceActivity, share } from "./announce.ts";
import { inner, isGroupChannel, isRelayed, type Signed, saidOf, type Writer, write } from "./writer.ts";

/** `Create` of what somebody of ours said; its id is that of the event which is the message. */
export function createOf({ ids, host }: Pick<Press, "ids" | "host">, said: Said): Signed {
	const { message, author } = said;
	const object = toObject({ ids, text: host.text, domain: host.domain }, said) as Record<string, unknown>;
	return write(ids.person(author), {
		id: ids.activity(`${message.channel}/${message.seq}`),
		type: "Create",
		to: object["to"],
		cc: object["cc"],
		published: object["published"],
		object,
	});
}

/**
 * A memo, article or message. In a timeline the author tells the followers. In a group's channel the channel does: by the
 * activity for those who know groups, and by the bare id for those who know boosts; a channel of tier `public` does not
 * broadcast, there the author tells its members.
 */
export const writeMessage: Writer<"message"> = async (press, delivery) => {
	const { channel, subject } = delivery;
	const said = await saidOf(press, delivery);
	const author = press.ids.person(subject.author);
	if (isRelayed(press, delivery)) {
		if (!isGroupChannel(channel) || delivery.raw === undefined) return [];
		return [announceActivity(press, delivery, delivery.raw, author), share(press, channel, subject.message, author)];
	}
	const create = createOf(press, said);
	if (!isGroupChannel(channel) || !isBroadcast(channel)) return [create];
	return [announceActivity(press, delivery, inner(create), author), share(press, channel, subject.message, author)];
};
