import { expulsions, expulsionsOf } from "../accounts/expulsion.ts";
import { accountById } from "../accounts/find-account.ts";
import { type ConsumerTable, stays } from "../events/consumers.ts";
import type { EventOf, EventType } from "../events/event.ts";
import type { ConsumerJob } from "../events/run-consumer.ts";
import { endInChannels } from "../groups/end-in-channels.ts";
import { groupsOwnedBy } from "../groups/group.ts";
import { memberships } from "../groups/membership.ts";
import { changeMembership } from "../groups/membership-change.ts";
import { replaceOwner } from "../groups/ownership.ts";
import { eraseSecrets } from "../identity/erase.ts";
import type { IdentityContext } from "../identity/identity.ts";
import { type AccountId, parseId } from "../ids.ts";
import { appendDeletion } from "../messages/delete-message.ts";
import { messages } from "../messages/message.ts";
import type { Account } from "../model/account.ts";
import { unreact } from "../reactions/react.ts";
import { reactionsOf } from "../reactions/reactions-of.ts";

type Eraser<T extends EventType> = (context: IdentityContext, event: EventOf<T>, signal: AbortSignal) => Promise<void>;

/** For each type of event, the erasure that it requires. */
export const erasures: ConsumerTable<{ readonly [T in EventType]: Eraser<T> }> = {
	"account.deleted": (context, { body }, signal) => eraseAccount(context, body.account, signal),
	"member.left": endInChannelsOf,
	"member.denied": endInChannelsOf,
	// The commit of a message's deletion empties the events of the message itself.
	...stays(
		"account.created",
		"account.updated",
		"account.expelled",
		"group.created",
		"group.changed",
		"channel.created",
		"member.requested",
		"member.joined",
		"message.posted",
		"message.edited",
		"message.deleted",
		"reaction.added",
		"reaction.removed",
		"portal.linked",
		"portal.changed",
		"portal.unlinked",
	),
};

/** The consumer that erases deleted accounts. It has lanes of its own, so that a large erasure delays nothing else. */
export const createErasing = (context: IdentityContext): ConsumerJob<void> => ({
	marker: "erase",
	async work(event, signal) {
		const eraser = erasures[event.type as EventType] as Eraser<EventType> | "stays" | undefined;
		if (eraser !== undefined && eraser !== "stays") await eraser(context, event as EventOf<EventType>, signal);
	},
	async commit() {},
});

/**
 * Removes the remains of a deleted account, local or remote: its messages, its reactions, its memberships and, if it is local, its credentials. Steps that
 * are done are skipped, so that it can be repeated.
 *
 * @throws the signal's reason, if it is aborted before everything is removed
 */
export async function eraseAccount(context: IdentityContext, id: AccountId, signal: AbortSignal): Promise<void> {
	const account = await accountById(context, id);
	if (account === undefined) return;
	if (account.origin === undefined) await eraseSecrets(context, account.id);
	await replaceOwnerOf(context, account, signal);
	await removeMessages(context, account, signal);
	await withdrawReactions(context, account, signal);
	await endMemberships(context, account, signal);
	await forgetExpulsions(context, account, signal);
}

async function forgetExpulsions({ store }: IdentityContext, { id }: Account, signal: AbortSignal): Promise<void> {
	for (;;) {
		const page = await expulsionsOf({ store }, id, { limit: 200 });
		signal.throwIfAborted();
		for (const expulsion of page) await store.delete(expulsions, expulsion.id);
		if (page.length === 0) return;
	}
}

/** The groups that a deleted account owned go to an admin, or are archived. */
export async function replaceOwnerOf(context: IdentityContext, account: Account, signal: AbortSignal): Promise<void> {
	for await (const group of groupsOwnedBy(context, account.id)) {
		signal.throwIfAborted();
		if (group.personal === undefined) await replaceOwner(context, group, account);
	}
}

/** Of a membership in a group, the ones in its channels remain; a request that was interrupted leaves them to this. */
async function endInChannelsOf(
	context: IdentityContext,
	{ body, actor: by }: EventOf<"member.left" | "member.denied">,
): Promise<void> {
	const group = parseId("grp", body.membership.place);
	const account = await accountById(context, body.membership.account);
	if (group === undefined || account === undefined) return;
	const actor = await accountById(context, by as AccountId);
	await endInChannels(context, group, account, actor === undefined ? {} : { actor });
}

async function removeMessages(context: IdentityContext, account: Account, signal: AbortSignal): Promise<void> {
	for (;;) {
		const page = await context.store.page(messages, {
			index: "author",
			prefix: [account.id],
			order: "asc",
			limit: 200,
		});
		for (const { doc } of page) {
			signal.throwIfAborted();
			await appendDeletion(context, doc.id, {
				actor: account,
				bulk: true,
				...(account.origin === undefined ? {} : { origin: account.origin.bridge }),
			});
		}
		if (page.length === 0) return;
	}
}

/** Withdraws the reactions, where they are still counted as where they were sent. */
async function withdrawReactions(context: IdentityContext, account: Account, signal: AbortSignal): Promise<void> {
	for (let progress = true; progress; ) {
		progress = false;
		for (const { message: id, key } of await reactionsOf(context, account.id, { limit: 200 })) {
			signal.throwIfAborted();
			const message = (await context.store.get(messages, id))?.doc;
			if (message === undefined) continue;
			const { origin } = account;
			const source = { bulk: true as const, ...(origin === undefined ? {} : { bridge: origin.bridge }) };
			const { changed } = await unreact(context, account, message, key, source);
			progress ||= changed;
		}
	}
}

async function endMemberships(context: IdentityContext, account: Account, signal: AbortSignal): Promise<void> {
	for (const kind of ["chn", "grp"]) {
		for (const state of ["joined", "requested"]) {
			for (;;) {
				signal.throwIfAborted();
				const page = await context.store.page(memberships, {
					index: "account",
					prefix: [account.id, kind, state],
					order: "asc",
					limit: 200,
				});
				for (const { doc } of page)
					await changeMembership(context, doc.place, account, () => ({ state: "left" }), {
						federate: account.origin === undefined,
					});
				if (page.length === 0) break;
			}
		}
	}
}
