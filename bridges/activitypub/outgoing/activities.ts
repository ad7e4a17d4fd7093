import type { Delivery } from "#bridge-kit";
import { hasActor } from "../actors.ts";
import type { PublishingContext } from "../context.ts";
import { writeMessage } from "./create.ts";
import { writeRemoval } from "./delete.ts";
import { writeAnswer, writeJoin, writeLeave } from "./follow.ts";
import { writeAccountRemoval, writeProfile } from "./profile.ts";
import { writeReaction, writeUnreaction } from "./react.ts";
import { writeEdit } from "./update.ts";
import { type DeliveryKind, isRelayed, type Signed, type Writer } from "./writer.ts";

const writers: { readonly [K in DeliveryKind]?: Writer<K> } = {
	message: writeMessage,
	edit: writeEdit,
	removal: writeRemoval,
	reaction: writeReaction,
	unreaction: writeUnreaction,
	join: writeJoin,
	leave: writeLeave,
	answer: writeAnswer,
	profile: writeProfile,
	"account-removal": writeAccountRemoval,
};

const aboutContent: ReadonlySet<DeliveryKind> = new Set(["message", "edit", "removal", "reaction", "unreaction"]);
const isSaid = ({ kind }: Delivery): boolean => aboutContent.has(kind);

/** The activities by which the fediverse is told of something, in order; none: it can't be told. */
export async function activitiesOf(context: PublishingContext, delivery: Delivery): Promise<readonly Signed[]> {
	// In the name of somebody who has no actor nobody would believe us: people of other OFSCP providers have theirs at home.
	if (isSaid(delivery) && !isRelayed(context, delivery) && !hasActor(context.host, delivery.actor)) return [];
	const writer = writers[delivery.kind] as Writer<DeliveryKind> | undefined;
	return writer === undefined ? [] : writer(context, delivery);
}
