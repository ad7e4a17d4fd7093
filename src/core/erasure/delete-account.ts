import type { AccountEvents } from "../accounts/events.ts";
import type { EventOf } from "../events/event.ts";
import { confirmPassword } from "../identity/change-password.ts";
import type { IdentityContext } from "../identity/identity.ts";
import type { Account } from "../model/account.ts";
import type { LogEvent } from "../ports/store.ts";

/**
 * Deletes a local account at its owner's request, for ever. Its handle stays reserved.
 *
 * The commit is one event, which also empties the profiles in the account's own stream (design §3.1 rule 8). From then on none of the
 * account's credentials is valid. Its messages and its data outside the log are removed afterwards by the consumer `erase`, which a crash
 * only interrupts.
 *
 * @throws {PermissionDenied} `wrong_password`
 * @throws {TooManyRequests} too many wrong attempts
 * @throws {Unavailable} too many passwords are being checked
 */
export async function deleteAccount(
	context: IdentityContext,
	account: Account,
	confirmation: { readonly password: string; readonly from: string },
): Promise<void> {
	await confirmPassword(context, account, confirmation);
	await appendAccountDeletion(context, account);
}

/** Appends the deletion of a local account. Idempotent. */
export async function appendAccountDeletion(context: IdentityContext, account: Account): Promise<void> {
	for (;;) {
		const { events, head } = await streamOf(context, account.id);
		const { outcome } = await context.log.append(
			{
				stream: account.id,
				type: "account.deleted",
				actor: account.id,
				natural: `deleted:${account.id}`,
				erases: events.flatMap(remainsOf),
				body: { account: account.id },
			},
			{ after: head },
		);
		if (outcome !== "moved") return;
	}
}

async function streamOf(
	{ store }: IdentityContext,
	stream: string,
): Promise<{ events: readonly LogEvent[]; head: number }> {
	const events: LogEvent[] = [];
	for (;;) {
		const page = await store.events(stream, events.at(-1)?.seq ?? 0, 500);
		events.push(...page);
		if (page.length < 500) return { events, head: events.at(-1)?.seq ?? 0 };
	}
}

/** The body that remains of an event with a profile: everything but the profile. Empty if the event has none. */
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
