import type { Delivery } from "#bridge-kit";
import type { Press } from "../actors.ts";
import { mayLeave } from "../audience.ts";
import { writeMessage } from "./create.ts";
import { writeRemoval } from "./delete.ts";
import { writeAnswer, writeJoin, writeLeave } from "./follow.ts";
import { writeAccountRemoval, writeProfile } from "./profile.ts";
import { writeReaction, writeUnreaction } from "./react.ts";
import { writeEdit } from "./update.ts";
import type { DeliveryKind, Signed, Writer } from "./writer.ts";

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

const aboutContent: ReadonlySet<DeliveryKind> = new Set(["message", "edit", "reaction", "unreaction"]);

/** The activities by which the fediverse is told of something, in order; none: it can't be told, or may not leave. */
export async function activitiesOf(press: Press, delivery: Delivery): Promise<readonly Signed[]> {
	// The core has asked already; a bridge that serialises is the last place to ask.
	if ("channel" in delivery && aboutContent.has(delivery.kind) && !mayLeave(delivery.channel)) return [];
	const writer = writers[delivery.kind] as Writer<DeliveryKind> | undefined;
	return writer === undefined ? [] : writer(press, delivery);
}
