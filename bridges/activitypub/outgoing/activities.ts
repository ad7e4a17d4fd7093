import { capabilitiesOf, type Delivery, type DeliveryKind } from "#bridge-kit";
import { hasActor } from "../actors.ts";
import type { PublishingContext } from "../context.ts";
import { writeMessage } from "./create.ts";
import { writeRemoval } from "./delete.ts";
import { writeAnswer, writeJoin, writeLeave } from "./follow.ts";
import { writeAccountRemoval, writeProfile } from "./profile.ts";
import { writeReaction, writeUnreaction } from "./react.ts";
import { writeEdit } from "./update.ts";
import { isRelayed, type OutboxActivity, type Writer } from "./writer.ts";

interface Entry<K extends DeliveryKind> {
	readonly write: Writer<K>;
	/** What it is about: content of a channel, or people and follows. */
	readonly about: "content" | "people";
}

/** The writer of each kind of delivery. */
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
	departure: "unsupported",
	link: "unsupported",
	unlink: "unsupported",
};

/** A group's channel relays its remote members' posts to its other members (FEP-1b12). */
export const capabilities = capabilitiesOf(writers, { relays: true, atOnce: 2 });

/** The activities of a delivery, in order; none when the fediverse has no activity for it. */
export async function activitiesOf(context: PublishingContext, delivery: Delivery): Promise<readonly OutboxActivity[]> {
	const entry = writers[delivery.kind] as Entry<DeliveryKind> | "unsupported";
	if (entry === "unsupported") return [];
	// Only our own actors can sign: people of other OFSCP providers have their actor at home.
	if (entry.about !== "people" && !isRelayed(context, delivery) && !hasActor(context.host, delivery.actor)) return [];
	return entry.write(context, delivery);
}
