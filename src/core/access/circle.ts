import type { CoreContext } from "../events/context.ts";
import { joined, type Place } from "../groups/place.ts";
import { rulesOf } from "../groups/tiers.ts";
import type { AccountId, GroupId } from "../ids.ts";
import { type Account, isLocal } from "../model/account.ts";
import type { Channel } from "../model/channel.ts";
import type { Membership } from "../model/membership.ts";
import type { Message } from "../model/message.ts";
import type { TierRules } from "../model/tier.ts";

/** A set of readers. */
export type Readers =
	| { readonly kind: "anyone" }
	/** The accounts of this provider. */
	| { readonly kind: "home" }
	/** The members of a group or channel. `group`: the membership in the channel ends with the one in this group. */
	| { readonly kind: "joined"; readonly place: Membership["place"]; readonly group?: GroupId }
	| { readonly kind: "named"; readonly accounts: readonly AccountId[] };

/** Where something may be sent: not outside the provider, to the homes of its readers, or to any requester. */
export type Leaves = "nowhere" | "to-readers" | "anywhere";

/** Who may read something: everyone in one of the sets of readers. */
export interface Circle {
	readonly readers: readonly Readers[];
	readonly leaves: Leaves;
	/** Only accounts of this provider may read it here; others read it at its home. */
	readonly homeOnly?: true;
}

/** A place with the current rules of its tier and the readers of its messages. */
export interface PlaceWithCircle extends Place {
	readonly rules: TierRules;
	readonly circle: Circle;
}

/**
 * Decides who may read the messages of a place, or one of its messages (design §9 rule 4). No other function decides this. Every surface
 * calls it and {@link admits}: timelines, single messages, each live event, pages, bridges, each delivery.
 */
export async function circleOf(
	context: Pick<CoreContext, "store">,
	place: Place,
	message?: Pick<Message, "mentions">,
): Promise<Circle> {
	return circleBy(await rulesOf(context, place.channel.tier), place, message);
}

/** Like {@link circleOf}, if the rules of the place's tier are known. */
export function circleBy(rules: TierRules, { channel, group }: Place, message?: Pick<Message, "mentions">): Circle {
	const isOpen = rules.read === "anyone";
	if (channel.kind === "shadow" && isOpen)
		return { readers: [{ kind: "home" }], leaves: leavesBy(rules), homeOnly: true };
	if (isOpen) return { readers: [{ kind: "anyone" }], leaves: leavesBy(rules) };
	if (channel.kind === "followers" || channel.kind === "shadow") {
		// A message is also addressed to the accounts that it mentions, whether or not they follow its author.
		const named = [channel.owner, ...(message?.mentions ?? [])];
		return {
			readers: [
				{ kind: "joined", place: channel.timeline },
				{ kind: "named", accounts: named },
			],
			leaves: leavesBy(rules),
			...(channel.kind === "shadow" ? { homeOnly: true } : {}),
		};
	}
	if (rules.read === "channel")
		return { readers: [{ kind: "joined", place: channel.id, group: group.id }], leaves: leavesBy(rules) };
	return {
		readers: [
			{ kind: "joined", place: group.id },
			{ kind: "named", accounts: [group.owner] },
		],
		leaves: leavesBy(rules),
	};
}

const leavesBy = ({ read, federate }: TierRules): Leaves =>
	!federate ? "nowhere" : read === "anyone" ? "anywhere" : "to-readers";

/** Whether a reader is in a circle. @param reader undefined for an anonymous request */
export async function admits(
	context: Pick<CoreContext, "store">,
	{ readers, leaves, homeOnly }: Circle,
	reader: Account | undefined,
): Promise<boolean> {
	// A remote member must not read what may not leave the provider.
	if (reader !== undefined && !isLocal(reader) && (homeOnly === true || leaves === "nowhere")) return false;
	for (const some of readers) if (await isAmong(context, some, reader)) return true;
	return false;
}

/** Whether a reader is in one of the sets of a circle. */
export async function isAmong(
	context: Pick<CoreContext, "store">,
	readers: Readers,
	reader: Account | undefined,
): Promise<boolean> {
	switch (readers.kind) {
		case "anyone":
			return true;
		case "home":
			return reader !== undefined && isLocal(reader);
		case "named":
			return reader !== undefined && readers.accounts.includes(reader.id);
		case "joined":
			return reader !== undefined && (await joined(context, readers.place, reader, readers.group)) !== undefined;
	}
}

/** True if anyone may read it, so that it has a public page. */
export const isOpen = ({ readers }: Circle): boolean => readers.some(({ kind }) => kind === "anyone");

/**
 * The places to the homes of whose members the messages of a channel go: those who have joined an open channel, otherwise the readers.
 * Empty if they may not leave the provider.
 */
export function sentTo({ readers, leaves }: Circle, channel: Channel): readonly Membership["place"][] {
	if (leaves === "nowhere") return [];
	if (leaves === "anywhere") return [channel.id];
	return readers.flatMap((some) => (some.kind === "joined" ? [some.place] : []));
}

/** A place with its circle. */
export async function withCircle(context: Pick<CoreContext, "store">, place: Place): Promise<PlaceWithCircle> {
	const rules = await rulesOf(context, place.channel.tier);
	return { ...place, rules, circle: circleBy(rules, place) };
}
