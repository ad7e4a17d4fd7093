import type { AccountEvents } from "../accounts/events.ts";
import { accountById } from "../accounts/find-account.ts";
import { bridgeConsumer } from "../events/consumers.ts";
import type { EventOf } from "../events/event.ts";
import { memberships } from "../groups/membership.ts";
import { changeMembership } from "../groups/membership-change.ts";
import { confirmPassword } from "../identity/change-password.ts";
import { eraseSecrets } from "../identity/erase.ts";
import type { IdentityWorld } from "../identity/identity.ts";
import type { AccountId } from "../ids.ts";
import { appendDeletion } from "../messages/delete-message.ts";
import { messages } from "../messages/message.ts";
import type { Account } from "../model/account.ts";
import type { LogEvent } from "../ports/store.ts";

/**
 * Deletes an account of ours at its owner's wish, for ever: its handle stays taken.
 *
 * The commit is one event, which also empties the names and texts in the account's own stream (design §3.1 rule 7). From then on
 * no credential of the account stands for anybody. What it said and what it is kept with goes afterwards, by whoever takes up the
 * event: the same after a crash in the middle.
 *
 * @throws {PermissionDenied} `wrong_password`
 * @throws {TooManyRequests} too many wrong tries
 */
export async function deleteAccount(
	world: IdentityWorld,
	account: Account,
	confirmation: { readonly password: string; readonly from: string },
): Promise<void> {
	await confirmPassword(world, account, confirmation);
	await appendAccountDeletion(world, account);
}

/** Appends the deletion of an account of ours. Idempotent. */
export async function appendAccountDeletion(world: IdentityWorld, account: Account): Promise<void> {
	for (;;) {
		const { events, head } = await streamOf(world, account.id);
		const { outcome } = await world.log.append(
			{
				stream: account.id,
				type: "account.deleted",
				actor: account.id,
				natural: `deleted:${account.id}`,
				pending: [bridgeConsumer],
				erases: events.flatMap(remainsOf),
				body: { account: account.id },
			},
			{ after: head },
		);
		if (outcome !== "moved") return;
	}
}

async function streamOf(
	{ store }: IdentityWorld,
	stream: string,
): Promise<{ events: readonly LogEvent[]; head: number }> {
	const events: LogEvent[] = [];
	for (;;) {
		const page = await store.events(stream, events.at(-1)?.seq ?? 0, 500);
		events.push(...page);
		if (page.length < 500) return { events, head: events.at(-1)?.seq ?? 0 };
	}
}

/** What an event that says how somebody was called keeps: the ids and the handle, which stays taken. */
function remainsOf(event: LogEvent): readonly { readonly seq: number; readonly body: unknown }[] {
	const profile = { displayName: "" };
	if (event.type === "account.created") {
		const { body } = event as EventOf<"account.created">;
		const remains: AccountEvents["account.created"] = { ...body, account: { ...body.account, profile } };
		return [{ seq: event.seq, body: remains }];
	}
	if (event.type !== "account.updated") return [];
	const { body } = event as EventOf<"account.updated">;
	if (body.changes.profile === undefined) return [];
	return [{ seq: event.seq, body: { ...body, changes: { ...body.changes, profile } } }];
}

/**
 * Removes what is left of an account that has been deleted, here or elsewhere: what it said, what it had joined, and of our own people
 * what they signed in with. What is done already is skipped, so it may be begun again.
 */
export async function clearUpAfter(world: IdentityWorld, id: string): Promise<void> {
	const account = await accountById(world, id as AccountId);
	if (account === undefined) return;
	if (account.origin === undefined) await eraseSecrets(world, account.id);
	await removeMessages(world, account);
	await endMemberships(world, account);
}

async function removeMessages(world: IdentityWorld, account: Account): Promise<void> {
	for (;;) {
		const page = await world.store.page(messages, { index: "author", prefix: [account.id], order: "asc", limit: 200 });
		for (const { doc } of page)
			await appendDeletion(world, doc.id, {
				actor: account,
				...(account.origin === undefined ? {} : { origin: account.origin.bridge }),
			});
		if (page.length === 0) return;
	}
}

async function endMemberships(world: IdentityWorld, account: Account): Promise<void> {
	for (const kind of ["chn", "grp"]) {
		for (const state of ["joined", "requested"]) {
			for (;;) {
				const page = await world.store.page(memberships, {
					index: "account",
					prefix: [account.id, kind, state],
					order: "asc",
					limit: 200,
				});
				for (const { doc } of page)
					await changeMembership(world, doc.place, account, () => ({ state: "left" }), {
						tell: account.origin === undefined,
					});
				if (page.length === 0) break;
			}
		}
	}
}
