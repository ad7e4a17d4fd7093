import type { World } from "../events/world.ts";
import { joined, type Place } from "../groups/place.ts";
import { rulesOf } from "../groups/tiers.ts";
import type { AccountId } from "../ids.ts";
import { type Account, isLocal } from "../model/account.ts";
import type { Membership } from "../model/membership.ts";
import type { Message } from "../model/message.ts";
import type { TierRules } from "../model/tier.ts";

/** Some of those who may have something. */
export type Readers =
	| { readonly kind: "anyone" }
	/** The people of this provider. */
	| { readonly kind: "home" }
	/** The members of a group or channel. */
	| { readonly kind: "joined"; readonly place: Membership["place"] }
	| { readonly kind: "named"; readonly accounts: readonly AccountId[] };

/** Whether something may leave the provider: not at all, to the homes of its readers, or to everyone who asks for it. */
export type Leaves = "nowhere" | "to-readers" | "anywhere";

/** Who may have something: everyone who is among one of the kinds of readers. */
export interface Circle {
	readonly readers: readonly Readers[];
	readonly leaves: Leaves;
	/** Only people of this provider read it here; others have it where it is at home. */
	readonly homeOnly?: true;
}

/** A place with what its tier allows now, and who may have what is said in it. */
export interface PlaceWithCircle extends Place {
	readonly rules: TierRules;
	readonly circle: Circle;
}

/**
 * Who may have what is said in a place, or one message of it: the one function that decides it (design §9 rule 4). Every surface
 * asks it and {@link admits}: timelines, single messages, live events (again for each), pages, bridges, every delivery.
 */
export async function circleOf(
	world: Pick<World, "store">,
	place: Place,
	message?: Pick<Message, "mentions">,
): Promise<Circle> {
	return circleBy(await rulesOf(world, place.channel.tier), place, message);
}

/** The same, of a place whose tier's rules are known. */
export function circleBy(rules: TierRules, { channel, group }: Place, message?: Pick<Message, "mentions">): Circle {
	const isOpen = rules.read === "anyone";
	if (channel.kind === "shadow" && isOpen)
		return { readers: [{ kind: "home" }], leaves: leavesBy(rules), homeOnly: true };
	if (isOpen) return { readers: [{ kind: "anyone" }], leaves: leavesBy(rules) };
	if (channel.kind === "followers" || channel.kind === "shadow") {
		// Whom a message names is addressed by it, whether they follow or not.
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
	if (rules.read === "channel") return { readers: [{ kind: "joined", place: channel.id }], leaves: leavesBy(rules) };
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

/** @param reader undefined: an anonymous request */
export async function admits(
	world: Pick<World, "store">,
	{ readers, leaves, homeOnly }: Circle,
	reader: Account | undefined,
): Promise<boolean> {
	// What does not leave the provider does not leave it through a member who lives elsewhere.
	if (reader !== undefined && !isLocal(reader) && (homeOnly === true || leaves === "nowhere")) return false;
	for (const some of readers) if (await isAmong(world, some, reader)) return true;
	return false;
}

async function isAmong(world: Pick<World, "store">, readers: Readers, reader: Account | undefined): Promise<boolean> {
	switch (readers.kind) {
		case "anyone":
			return true;
		case "home":
			return reader !== undefined && isLocal(reader);
		case "named":
			return reader !== undefined && readers.accounts.includes(reader.id);
		case "joined":
			return reader !== undefined && (await joined(world, readers.place, reader)) !== undefined;
	}
}

/** True for what anyone may have, so that it has a public page. */
export const isOpen = ({ readers }: Circle): boolean => readers.some(({ kind }) => kind === "anyone");

/** A place with its circle. */
export async function withCircle(world: Pick<World, "store">, place: Place): Promise<PlaceWithCircle> {
	const rules = await rulesOf(world, place.channel.tier);
	return { ...place, rules, circle: circleBy(rules, place) };
}
