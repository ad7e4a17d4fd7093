import { capabilitiesOf, type Delivery, type DeliveryKind } from "#bridge-kit";
import { hasActor } from "../actors.ts";
import type { PublishingContext } from "../context.ts";
import { writeMessage } from "./create.ts";
import { writeRemoval } from "./delete.ts";
import { writeAnswer, writeJoin, writeLeave } from "./follow.ts";
import { writeAccountRemoval, writeProfile } from "./profile.ts";
import { writeReaction, writeUnreaction } from "./react.ts";
import { writeEdit } from "./update.ts";
import { isRelayed, type Signed, type Writer } from "./writer.ts";

interface Entry<K extends DeliveryKind> {
	readonly write: Writer<K>;
	/** What it tells of: something said in a channel, or people and what they follow. */
	readonly about: "content" | "people";
}

/** How the fediverse is told of each kind of delivery. */
const writers: { readonly [K in DeliveryKind]: Entry<K> | "unsupported" } = {
	message: { write: writeMessage, about: "content" },
	edit: { write: writeEdit, about: "content" },
	removal: { write: writeRemoval, about: "content" },
	reaction: { write: writeReaction, about: "content" },
	unreaction: { write: writeUnreaction, about: "content" },
	join: { write: writeJoin, about: "people" },
	leave: { write: writeLeave, about: "people" },
	answer: { write: writeAnswer, about: "people" },
	profile: { write: writeProfile, about: "people" },
	"account-removal": { write: writeAccountRemoval, about: "people" },
	link: "unsupported",
	unlink: "unsupported",
};

/** A group's channel passes on to its members here what a member elsewhere said (FEP-1b12). */
export const capabilities = capabilitiesOf(writers, { relays: true });

/** The activities by which the fediverse is told of something, in order; none: it can't be told. */
export async function activitiesOf(context: PublishingContext, delivery: Delivery): Promise<readonly Signed[]> {
	const entry = writers[delivery.kind] as Entry<DeliveryKind> | "unsupported";
	if (entry === "unsupported") return [];
	// An activity counts only in the name of an actor of ours: people of other OFSCP providers have their actor at home.
	if (entry.about !== "people" && !isRelayed(context, delivery) && !hasActor(context.host, delivery.actor)) return [];
	return entry.write(context, delivery);
}
