import {
	type Account,
	type BridgeHost,
	capabilitiesOf,
	type Delivery,
	type DeliveryKind,
	type DeliveryResult,
} from "#bridge-kit";
import type { Ghosts } from "../ghosts.ts";
import { HomeserverError } from "../homeserver.ts";
import type { Consent } from "../rooms/consent.ts";
import type { Members } from "../rooms/members.ts";
import { editContent, messageContent, reactionContent } from "./content.ts";
import type { EventSender } from "./send.ts";

/** What deliveries need. */
export interface DeliveryContext {
	readonly host: Pick<BridgeHost, "about" | "portals" | "text">;
	readonly ghosts: Ghosts;
	readonly members: Members;
	readonly consent: Consent;
	readonly send: EventSender;
}

type Deliverer<K extends DeliveryKind> = (
	context: DeliveryContext,
	delivery: Extract<Delivery, { kind: K }>,
) => Promise<DeliveryResult>;

/** @param ids the events that were sent, which are in this room only */
const delivered = (...ids: readonly string[]): DeliveryResult => ({ status: "delivered", ids, ofTarget: true });

const deliverMessage: Deliverer<"message"> = async ({ host, ghosts, send }, delivery) => {
	const content = messageContent(host, delivery, ghosts.userOf);
	return delivered(await send.event(delivery, delivery.subject.author, "m.room.message", content));
};

const deliverEdit: Deliverer<"edit"> = async (context, delivery) => {
	const { host, ghosts, send } = context;
	const { author, remote } = delivery.subject;
	const [original] = remote;
	// A message that is older than the link was never sent here, so there is nothing to edit.
	if (original === undefined) return delivered();
	const content = editContent(host, delivery, ghosts.userOf, original);
	return asVisitor(context, delivery, author, true, async () =>
		delivered(await send.event(delivery, author, "m.room.message", content)),
	);
};

/**
 * Does something in the name of a ghost that may have left the room: it enters only to change or delete what it has said, and leaves again.
 *
 * @param mayStay whether a ghost that is in the room stays
 */
async function asVisitor<T>(
	{ ghosts, members }: DeliveryContext,
	{ reach: { target: room } }: Delivery,
	account: Account,
	mayStay: boolean,
	work: () => Promise<T>,
): Promise<T> {
	const ghost = ghosts.userOf(account);
	const wasHere = members.isKnown(room, ghost) || (await members.has(room, ghost));
	try {
		return await work();
	} finally {
		if (!(mayStay && wasHere) && (await members.has(room, ghost))) await members.leave(room, ghost);
	}
}

const deliverRemoval: Deliverer<"removal"> = async (context, delivery) => {
	await redact(context, delivery, delivery.subject.author, delivery.subject.remote);
	return delivered();
};

/** Nothing of a ghost's stays in a room that is linked no longer, nor does the ghost of a deleted account. */
async function redact(
	context: DeliveryContext,
	delivery: Delivery,
	author: Account,
	events: readonly string[],
): Promise<void> {
	if (events.length === 0) return;
	const { host, send } = context;
	const room = delivery.reach.target;
	const link = await host.portals.byRoom(room);
	// A link that waits for the room's consent, perhaps a stranger's, does not make it a linked room.
	const isLinked = link !== undefined && link.state !== "waiting";
	// Our moderators remove what Matrix users said in the room only if the room has agreed to that.
	const mayRemove = isLinked && link.moderation === "shared";
	if (!mayRemove && author.origin?.bridge === host.about.bridge) return;
	const mayStay = isLinked && author.deletedAt === undefined;
	await asVisitor(context, delivery, author, mayStay, () => send.redactions(delivery, author, events));
}

const deliverReaction: Deliverer<"reaction"> = async ({ send }, delivery) => {
	const [target] = delivery.subject.remote;
	if (target === undefined) return delivered();
	try {
		const content = reactionContent(target, delivery.key);
		return delivered(await send.event(delivery, delivery.actor, "m.reaction", content));
	} catch (error) {
		if (error instanceof HomeserverError && error.errcode === "M_DUPLICATE_ANNOTATION") return delivered();
		throw error;
	}
};

/** A reaction that was added, withdrawn and added again has several events; all of them are redacted. */
const deliverUnreaction: Deliverer<"unreaction"> = async (context, delivery) => {
	await redact(context, delivery, delivery.actor, delivery.remote);
	return delivered();
};

const deliverLink: Deliverer<"link"> = async ({ consent }, { room, portal, consented }) => {
	if (consented) await consent.grant(room, portal);
	await consent.check(room);
	return delivered();
};

const deliverUnlink: Deliverer<"unlink"> = async ({ consent }, { room, portal, channel }) => {
	await consent.end(room, portal, channel.id);
	return delivered();
};

const deliverProfile: Deliverer<"profile"> = async ({ ghosts }, { actor }) => {
	await ghosts.rename(actor);
	return delivered();
};

/** The ghost of a person who has left the channel leaves the room, too. It comes back with the person's next message. */
const deliverDeparture: Deliverer<"departure"> = async ({ ghosts, members }, { actor, reach }) => {
	const user = ghosts.userOf(actor);
	if (await members.has(reach.target, user)) await members.leave(reach.target, user);
	return delivered();
};

/** The ghost of a deleted account loses its name and leaves. */
const deliverAccountRemoval: Deliverer<"account-removal"> = async ({ ghosts, members }, { actor, reach }) => {
	const user = ghosts.userOf(actor);
	if (!(await ghosts.exists(user))) return delivered();
	await ghosts.rename(actor);
	await members.leave(reach.target, user);
	return delivered();
};

/** How each kind of delivery is made. */
export const deliverers: { readonly [K in DeliveryKind]: Deliverer<K> | "unsupported" } = {
	message: deliverMessage,
	edit: deliverEdit,
	removal: deliverRemoval,
	reaction: deliverReaction,
	unreaction: deliverUnreaction,
	link: deliverLink,
	unlink: deliverUnlink,
	profile: deliverProfile,
	join: "unsupported",
	leave: "unsupported",
	answer: "unsupported",
	departure: deliverDeparture,
	"account-removal": deliverAccountRemoval,
};

/** A message from a room is not sent back to Matrix. */
export const capabilities = capabilitiesOf(deliverers, { relays: false });
