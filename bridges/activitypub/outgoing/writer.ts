import { type Channel, type Delivery, type DeliveryKind, ownerOf } from "#bridge-kit";
import type { Said } from "../audience.ts";
import type { PublishingContext } from "../context.ts";
import { objectContext } from "../vocabulary.ts";

/** An activity and the id of the actor who signs it. */
export interface Signed {
	readonly signer: string;
	readonly activity: object & { readonly id: string };
}

/** Writes the activities that tell of one kind of delivery, in the order in which they are sent; none: it can't be told. */
export type Writer<K extends DeliveryKind> = (
	context: PublishingContext,
	delivery: Extract<Delivery, { kind: K }>,
) => Promise<readonly Signed[]> | readonly Signed[];

type InChannel = Extract<Delivery, { readonly subject: unknown }>;

/** An activity in somebody's name. */
export function write(
	signer: string,
	fields: { readonly id: string; readonly type: string } & Record<string, unknown>,
): Signed {
	const activity = { "@context": objectContext, actor: signer, ...fields };
	return { signer, activity };
}

/** Without its context, to stand inside another activity. */
export function inner({ activity }: Signed): object {
	const { "@context": _, ...rest } = activity as Record<string, unknown>;
	return rest;
}

export const isGroupChannel = (channel: Channel): boolean => channel.kind === "room";

/** Whether it came from this network: a group's channel passes it on as it is, we never say it again in another's name. */
export const isRelayed = (context: PublishingContext, delivery: Delivery): boolean =>
	delivery.origin === context.host.about.bridge;

/** What was said, with the owner of the timeline that it was said in. */
export async function saidOf({ host }: Pick<PublishingContext, "host">, delivery: InChannel): Promise<Said> {
	const { subject, channel, group, visibility } = delivery;
	const said = {
		...subject,
		channel,
		group,
		visibility,
		mentions: "mentions" in delivery ? delivery.mentions : [],
		...("parent" in delivery && delivery.parent !== undefined ? { parent: delivery.parent } : {}),
	};
	const id = ownerOf(channel);
	if (id === undefined || id === subject.author.id) return said;
	const owner = said.parent?.author.id === id ? said.parent.author : await host.people.account(id);
	return owner === undefined ? said : { ...said, owner };
}
