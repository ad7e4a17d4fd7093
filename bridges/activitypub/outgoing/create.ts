import { isBroadcast, type Said } from "../audience.ts";
import type { PublishingContext } from "../context.ts";
import { toObject } from "../notes.ts";
import { announceActivity, share } from "./announce.ts";
import { inner, isGroupChannel, isRelayed, type Signed, saidOf, type Writer, write } from "./writer.ts";

/** `Create` of what somebody of ours said; its id is that of the event which is the message. */
export function createOf({ ids, host }: Pick<PublishingContext, "ids" | "host">, said: Said): Signed {
	const { message, author } = said;
	const object = toObject({ ids, host }, said) as Record<string, unknown>;
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
export const writeMessage: Writer<"message"> = async (context, delivery) => {
	const { channel, subject } = delivery;
	const said = await saidOf(context, delivery);
	const author = context.ids.person(subject.author);
	if (isRelayed(context, delivery)) {
		if (!isGroupChannel(channel) || delivery.raw === undefined) return [];
		return [
			announceActivity(context, delivery, delivery.raw, author),
			share(context, delivery, subject.message, author),
		];
	}
	const create = createOf(context, said);
	if (!isGroupChannel(channel) || !isBroadcast(delivery)) return [create];
	return [
		announceActivity(context, delivery, inner(create), author),
		share(context, delivery, subject.message, author),
	];
};
