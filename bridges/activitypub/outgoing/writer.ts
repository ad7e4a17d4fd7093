import { type Channel, type Delivery, type DeliveryKind, ownerOf } from "#bridge-kit";
import type { Post } from "../audience.ts";
import type { PublishingContext } from "../context.ts";
import { keptRaw } from "../kept-raw.ts";
import { isJson } from "../reading.ts";
import { objectContext } from "../vocabulary.ts";

/** An activity, and the id of the actor whose key signs it. */
export interface OutboxActivity {
	readonly signer: string;
	readonly activity: object & { readonly id: string };
}

/** Writes the activities of one kind of delivery, in the order in which they are sent; none when there is nothing to send. */
export type Writer<K extends DeliveryKind> = (
	context: PublishingContext,
	delivery: Extract<Delivery, { kind: K }>,
) => Promise<readonly OutboxActivity[]> | readonly OutboxActivity[];

type InChannel = Extract<Delivery, { readonly subject: unknown }>;

/** An activity of `signer`. */
export function activityBy(
	signer: string,
	fields: { readonly id: string; readonly type: string } & Record<string, unknown>,
): OutboxActivity {
	const activity = { "@context": objectContext, actor: signer, ...fields };
	return { signer, activity };
}

/** The activity without its `@context`, to be embedded in another one. */
export function withoutContext({ activity }: OutboxActivity): object {
	const { "@context": _, ...rest } = activity as Record<string, unknown>;
	return rest;
}

export const isGroupChannel = (channel: Channel): boolean => channel.kind === "room";

/** Whether it came from the fediverse: a group's channel relays it unchanged, and it is never repeated in another name. */
export const isRelayed = (context: PublishingContext, delivery: Delivery): boolean =>
	delivery.origin === context.host.about.bridge;

/** What a group's channel relays of an activity; an earlier version kept some that are too long for that. `undefined`: nothing was kept. */
export const relayedActivity = ({ raw }: Delivery): unknown => (isJson(raw) ? keptRaw(raw) : raw);

/** The message of a delivery, with the owner of the timeline that it is in. */
export async function postOf({ host }: Pick<PublishingContext, "host">, delivery: InChannel): Promise<Post> {
	const { subject, channel, visibility } = delivery;
	const post = {
		...subject,
		channel,
		visibility,
		mentions: "mentions" in delivery ? delivery.mentions : [],
		...("parent" in delivery && delivery.parent !== undefined ? { parent: delivery.parent } : {}),
	};
	const id = ownerOf(channel);
	if (id === undefined || id === subject.author.id) return post;
	const owner = post.parent?.author.id === id ? post.parent.author : await host.people.account(id);
	return owner === undefined ? post : { ...post, owner };
}
