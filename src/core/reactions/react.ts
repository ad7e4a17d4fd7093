import { admits, circleOf } from "../access/circle.ts";
import { assertMay } from "../access/permissions.ts";
import { premisesOfReading } from "../access/standing-to-read.ts";
import { assertStillThere, stillThere } from "../accounts/still-there.ts";
import { Conflict, NotFound } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { eventOfRequest, type Idempotency, requestKeyOf } from "../events/idempotency.ts";
import type { Premise } from "../events/premise.ts";
import { type Place, placeOf } from "../groups/place.ts";
import type { BridgeName } from "../ids.ts";
import { messages } from "../messages/message.ts";
import { type Account, isLocal } from "../model/account.ts";
import { type Message, maxReactionKeys } from "../model/message.ts";
import type { Reaction } from "../model/reaction.ts";
import { reactionId, reactionKey, reactions } from "./reaction.ts";

/** A reaction to add: its key, and how to display it. */
export interface NewReaction {
	readonly key: string;
	readonly unicode?: string;
	readonly image?: string;
	readonly description?: string;
	readonly metadata?: NonNullable<Reaction["metadata"]>;
}

/** The origin of a remote reaction. */
export interface ReactionSource {
	readonly origin: { readonly bridge: BridgeName; readonly id: string };
	/** The `request` key of the remote event, if its network uses no id twice. */
	readonly request?: string;
	/** When the remote event happened, by its sender's clock. */
	readonly sentAt?: number;
	/** Whether the remote event was overtaken by the one that led to this state. */
	readonly isOvertaken?: (now: Reaction) => boolean;
	readonly raw?: unknown;
	/** See {@link ReactionEvents}: one of the many reactions of an erased account. */
	readonly bulk?: true;
}

/** Whether a reaction was added or withdrawn, and whether the request was handled before. */
export interface Reacted {
	readonly changed: boolean;
	readonly replayed: boolean;
}

/**
 * Adds a reaction to a message, once per account and key (OFSCP §5.3). Idempotent.
 *
 * @param source absent for a reaction made here
 * @param once recognises a repeated request, whose reaction stays withdrawn if it was withdrawn meanwhile
 * @throws {PermissionDenied} the account may not reply here
 * @throws {NotFound} a local account can't read the message any more
 * @throws {Conflict} `already_deleted`, `too_many_reactions`, `idempotency_key_reused`
 * @throws {Unauthenticated} the account was deleted meanwhile
 */
export async function react(
	context: CoreContext,
	author: Account,
	place: Place,
	message: Message,
	fields: NewReaction,
	source?: ReactionSource,
	once: Idempotency = {},
): Promise<Reacted> {
	for (let [seen, where] = [message, place]; ; ) {
		const mayReply = await assertMay(context, "reply", where, author);
		// Every reader may react; reactions that another network delivered are not checked again.
		const reads = isLocal(author)
			? await premisesOfReading(context, await circleOf(context, where, message), author)
			: [];
		if (seen.deletedAt !== undefined) throw new Conflict("already_deleted", "The message was deleted");
		if (!hasRoom(seen, fields.key))
			throw new Conflict("too_many_reactions", `A message can have at most ${maxReactionKeys} different reactions`);
		const changed = await change(
			context,
			author,
			message,
			fields.key,
			(now) => {
				if (now !== undefined && (now.active || source?.isOvertaken?.(now) === true)) return undefined;
				return {
					...fields,
					message: message.id,
					author: author.id,
					active: true,
					...(source === undefined ? {} : { origin: source.origin }),
					...(source?.sentAt === undefined ? {} : { sentAt: source.sentAt }),
				};
			},
			source,
			{ premises: [stillThere(author), ...mayReply, ...reads, takesReaction(message, fields.key)], once },
		);
		if (changed !== "moved") return { changed, replayed: !changed && (await isReplayed(context, once)) };
		await assertStillThere(context, author);
		seen = (await context.store.get(messages, message.id))?.doc ?? seen;
		where = (await placeOf(context, place.channel.id)) ?? where;
		if (isLocal(author) && !(await admits(context, await circleOf(context, where, seen), author))) throw new NotFound();
	}
}

const hasRoom = ({ reactions: sums }: Message, key: string): boolean =>
	sums.length < maxReactionKeys || sums.some((sum) => sum.key === key);

/** The premise that a message is not deleted, and has room for a reaction. */
const takesReaction = ({ id }: Message, key: string): Premise<Message> => ({
	collection: messages,
	id,
	holds: (now) => now !== undefined && now.deletedAt === undefined && hasRoom(now, key),
});

/** Withdraws a reaction. Idempotent. */
export async function unreact(
	context: CoreContext,
	author: Account,
	message: Message,
	key: string,
	source?: Omit<ReactionSource, "origin"> & { readonly bridge?: BridgeName },
): Promise<{ changed: boolean }> {
	const changed = await change(
		context,
		author,
		message,
		key,
		(now) => {
			if (now?.active !== true || source?.isOvertaken?.(now) === true) return undefined;
			const { sentAt: _, ...rest } = now;
			return { ...rest, active: false, ...(source?.sentAt === undefined ? {} : { sentAt: source.sentAt }) };
		},
		source,
		{ premises: [] },
	);
	return { changed: changed === true };
}

async function change(
	context: CoreContext,
	author: Account,
	message: Message,
	key: string,
	decide: (now: Reaction | undefined) => Omit<Reaction, "at" | "generation"> | undefined,
	source:
		| (Omit<ReactionSource, "origin"> & { readonly bridge?: BridgeName; readonly origin?: Reaction["origin"] })
		| undefined,
	{ premises, once = {} }: { readonly premises: readonly Premise[]; readonly once?: Idempotency },
): Promise<boolean | "moved"> {
	const id = reactionId(message.id, author.id, key);
	const now = (await context.store.get(reactions, id))?.doc;
	const desired = decide(now);
	if (desired === undefined) return false;
	const { at: _, ...reaction } = { ...desired, generation: (now?.generation ?? 0) + 1, at: 0 };
	const network = source?.bridge ?? source?.origin?.bridge;
	const appended = await context.log.append(
		{
			stream: message.channel,
			type: reaction.active ? "reaction.added" : "reaction.removed",
			actor: author.id,
			natural: reactionKey(reaction),
			...(source === undefined ? requestKeyOf(once) : source.request === undefined ? {} : { request: source.request }),
			body: {
				reaction,
				...(network === undefined ? {} : { origin: network }),
				...(source?.raw === undefined ? {} : { raw: source.raw }),
				...(source?.bulk === true ? { bulk: true as const } : {}),
				...(once.fingerprint === undefined ? {} : { fingerprint: once.fingerprint }),
			},
		},
		{ premises },
	);
	// A duplicate of the natural key is a concurrent change to the same state, so the desired state holds.
	return appended.outcome === "moved" ? "moved" : appended.outcome === "appended";
}

/**
 * True if a request has been handled before.
 *
 * @throws {Conflict} `idempotency_key_reused`
 */
async function isReplayed({ store }: CoreContext, once: Idempotency): Promise<boolean> {
	const event = once.request === undefined ? undefined : await store.eventBy("request", once.request);
	if (event === undefined) return false;
	return eventOfRequest({ outcome: "duplicate", by: "request", event }, once, "reaction.added").replayed;
}
