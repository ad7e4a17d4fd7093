import type { AccountEvents } from "../accounts/events.ts";
import type { CoreContext } from "../events/context.ts";
import type { EventOf } from "../events/event.ts";
import { confirmPassword } from "../identity/change-password.ts";
import type { IdentityContext } from "../identity/identity.ts";
import type { Account, Profile } from "../model/account.ts";
import type { LogEvent } from "../ports/store.ts";

type Context = Pick<CoreContext, "store" | "log">;

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

/**
 * Appends the deletion of an account, local or remote, which empties every profile that it has had. Idempotent.
 *
 * @param request the `request` key of the remote event that asks for it, if its network uses no id twice
 * @returns whether it was not deleted before
 */
export async function appendAccountDeletion(
	context: Context,
	account: Pick<Account, "id">,
	{ request }: { readonly request?: string } = {},
): Promise<boolean> {
	for (;;) {
		const { events, head } = await streamOf(context, account.id);
		const { outcome } = await context.log.append(
			{
				stream: account.id,
				type: "account.deleted",
				actor: account.id,
				natural: `deleted:${account.id}`,
				...(request === undefined ? {} : { request }),
				erases: events.flatMap(remainsOf),
				body: { account: account.id },
			},
			{ after: head },
		);
		if (outcome !== "moved") return outcome === "appended";
	}
}

/**
 * Empties the profiles that are left in the stream of an account that was deleted: earlier versions kept those of remote people. Idempotent.
 */
export async function eraseLateProfiles(context: Context, account: Pick<Account, "id">): Promise<void> {
	const { events } = await streamOf(context, account.id);
	const erases = events.flatMap(remainsOf);
	if (erases.length === 0) return;
	const body = { account: account.id, changes: {} };
	await context.log.append({
		stream: account.id,
		type: "account.updated",
		actor: account.id,
		without: ["bridge"],
		erases,
		body,
	});
}

async function streamOf({ store }: Context, stream: string): Promise<{ events: readonly LogEvent[]; head: number }> {
	const events: LogEvent[] = [];
	for (;;) {
		const page = await store.events(stream, events.at(-1)?.seq ?? 0, 500);
		events.push(...page);
		if (page.length < 500) return { events, head: events.at(-1)?.seq ?? 0 };
	}
}

const isEmpty = (profile: Profile): boolean => JSON.stringify(profile) === JSON.stringify({ displayName: "" });

/** The body that remains of an event with a profile, or with words about the account: everything but these. Empty if the event has none. */
function remainsOf(event: LogEvent): readonly { readonly seq: number; readonly body: unknown }[] {
	const profile = { displayName: "" };
	if (event.type === "account.created") {
		const { body } = event as EventOf<"account.created">;
		if (isEmpty(body.account.profile)) return [];
		const remains: AccountEvents["account.created"] = { ...body, account: { ...body.account, profile } };
		return [{ seq: event.seq, body: remains }];
	}
	if (event.type === "account.expelled") {
		const { reason, ...expulsion } = (event as EventOf<"account.expelled">).body.expulsion;
		return reason === undefined
			? []
			: [{ seq: event.seq, body: { expulsion } satisfies AccountEvents["account.expelled"] }];
	}
	if (event.type !== "account.updated") return [];
	const { body } = event as EventOf<"account.updated">;
	if (body.changes.profile === undefined || isEmpty(body.changes.profile)) return [];
	return [{ seq: event.seq, body: { ...body, changes: { ...body.changes, profile } } }];
}
