import type { Delivery } from "#bridge-kit";
import { addressed, followersOf, isBroadcast } from "../audience.ts";
import type { PublishingContext } from "../context.ts";
import { toTombstone } from "../notes.ts";
import { announceActivity, share } from "./announce.ts";
import { inner, isGroupChannel, isRelayed, type Signed, saidOf, type Writer, write } from "./writer.ts";

/**
 * A removal. Of our own people's words the author's actor tells, whoever removed them: others believe nobody else. Of words
 * that live elsewhere the channel takes back that it passed them on.
 */
export const writeRemoval: Writer<"removal"> = async (context, delivery) => {
	const { ids } = context;
	const { channel, subject } = delivery;
	const author = ids.person(subject.author);
	const isOurs = ids.isOurs(author);
	if (!isOurs && !isGroupChannel(channel)) return [];

	const said = await saidOf(context, delivery);
	const signer = isOurs ? author : ids.person(delivery.actor);
	const people = isGroupChannel(channel)
		? [ids.channelActor(channel)]
		: said.owner === undefined
			? []
			: [ids.person(said.owner)];
	const removal = write(signer, {
		id: ids.activity(delivery.id),
		type: "Delete",
		...addressed(delivery, followersOf(ids, said), people),
		object: isOurs ? toTombstone(ids, subject.message) : ids.object(subject.message),
	});
	if (!isGroupChannel(channel)) return [removal];
	const passedOn = isRelayed(context, delivery) ? delivery.raw : inner(removal);
	const announced = passedOn === undefined ? [] : [announceActivity(context, delivery, passedOn, author)];
	if (!isOurs) return [...announced, unshare(context, delivery, author)];
	return isBroadcast(delivery) ? [removal, ...announced, unshare(context, delivery, author)] : [removal];
};

function unshare(context: PublishingContext, delivery: Extract<Delivery, { kind: "removal" }>, author: string): Signed {
	const shared = share(context, delivery, delivery.subject.message, author);
	const { to, cc } = shared.activity as unknown as Record<string, unknown>;
	return write(shared.signer, {
		id: context.ids.activity(delivery.id, "unshare"),
		type: "Undo",
		to,
		cc,
		object: inner(shared),
	});
}
