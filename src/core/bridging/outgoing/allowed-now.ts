import { type Circle, circleBy } from "../../access/circle.ts";
import { accountById } from "../../accounts/find-account.ts";
import type { CoreContext } from "../../events/context.ts";
import { channels } from "../../groups/channel.ts";
import { rulesOf } from "../../groups/tiers.ts";
import type { Account } from "../../model/account.ts";
import type { Reach } from "../../model/reach.ts";
import type { DeliveryKind } from "../../ports/bridge/delivery.ts";
import { isStillInRoom } from "./departure.ts";
import type { Prepared } from "./prepare.ts";
import { isHomeOfAny, isHomeOfReader, isInAudience } from "./targets.ts";
import { visibilityOf } from "./visibility.ts";

type Reader = Pick<CoreContext, "store">;
type WithSubject = Extract<Prepared, { kind: "message" | "edit" | "reaction" }>;

/**
 * What each kind of delivery gives to its target: something to read, a new link, or nothing that the target does not have already. A
 * withdrawal goes wherever the withdrawn thing went, and answers go to the account that has asked.
 */
const gives: { readonly [K in DeliveryKind]: "content" | "link" | "nothing" } = {
	message: "content",
	edit: "content",
	reaction: "content",
	link: "link",
	removal: "nothing",
	unreaction: "nothing",
	join: "nothing",
	leave: "nothing",
	answer: "nothing",
	unlink: "nothing",
	profile: "nothing",
	departure: "nothing",
	"account-removal": "nothing",
};

/**
 * The content of a delivery, if it may go to its target now (design §9 rule 4). Asked for each delivery, not only when it is planned: while
 * it waited, a follower may have left, a room may have been unlinked, a tier may have been narrowed. The cost does not depend on the number
 * of targets: a target in the audience of an open channel costs three reads of documents.
 *
 * @returns the content with the visibility that it has now; `undefined` if it may not go
 */
export async function asAllowedNow(context: Reader, content: Prepared, reach: Reach): Promise<Prepared | undefined> {
	if (content.kind === "departure") return (await isStillInRoom(context, content.actor, reach)) ? undefined : content;
	if (gives[content.kind] === "nothing" || !("channel" in content)) return content;
	const channel = (await context.store.get(channels, content.channel.id))?.doc;
	if (channel === undefined) return undefined;
	const rules = await rulesOf(context, channel.tier);
	const message = "subject" in content ? content.subject.message : undefined;
	const circle = circleBy(rules, { channel, group: content.group }, message);
	if (circle.leaves === "nowhere") return undefined;
	const current = { ...content, channel, visibility: visibilityOf(rules) };
	if (!isContent(current)) return current;
	if (await objects(context, current.actor)) return undefined;
	return (await hasRight(context, current, circle, reach)) ? current : undefined;
}

const isContent = (content: Prepared): content is WithSubject => gives[content.kind] === "content";

/** True for a person of another network who has objected to being bridged, perhaps while the delivery waited. */
async function objects(context: Reader, actor: Account): Promise<boolean> {
	return actor.origin !== undefined && (await accountById(context, actor.id))?.bridgeable === false;
}

/** True if a target has readers of the message behind it, or is the home of a person whom it addresses. */
async function hasRight(context: Reader, content: WithSubject, circle: Circle, reach: Reach): Promise<boolean> {
	const { channel, subject, actor } = content;
	const { reply, mentions, author } = subject.message;
	const answered = reply === undefined ? [] : [reply.author];
	if (circle.leaves === "to-readers")
		return (await isHomeOfReader(context, circle, reach)) || isHomeOfAny(context, answered, reach);
	if (await isInAudience(context, channel.id, reach)) return true;
	const owner = channel.kind === "shadow" ? [channel.owner] : [];
	const people = [...answered, ...mentions, ...owner, ...(author === actor.id ? [] : [author])];
	return isHomeOfAny(context, new Set(people), reach);
}
