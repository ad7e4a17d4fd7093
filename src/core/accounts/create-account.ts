import { cleanName } from "../clean-text.ts";
import { Conflict, InvalidRequest } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { AppendedOf } from "../events/log.ts";
import { type AccountId, mintId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { timelinePermissions } from "../model/group.ts";
import { accounts } from "./account.ts";
import type { AccountEvents } from "./events.ts";
import { handleFault, handleKey, nextHandleKey } from "./handles.ts";
import { followersChannel, timelineChannel } from "./personal-channels.ts";

/** The fields of an account that are not minted for it. */
export type NewAccount = Pick<Account, "handle" | "domain" | "kind" | "profile" | "bridgeable"> &
	Partial<Pick<Account, "origin" | "reach" | "admin" | "isProven">>;

/** The body of an `account.created`: one event creates the account, its personal group and that group's channels. */
export function accountCreated(
	now: number,
	fields: NewAccount,
	id = mintId("usr", now),
): AccountEvents["account.created"] {
	const group = mintId("grp", now);
	const timeline = mintId("chn", now);
	const followers = mintId("chn", now);
	const account = { id, ...fields, group, timeline, followers };
	return {
		account,
		group: {
			id: group,
			stream: id,
			name: fields.handle,
			slug: fields.handle,
			description: "",
			owner: id,
			personal: id,
			joinPolicy: "open",
			permissions: timelinePermissions,
		},
		timeline: timelineChannel(account),
		followers: followersChannel(account, followers),
	};
}

/**
 * Creates a local account.
 *
 * @param id a new id if absent
 * @throws {InvalidRequest} the handle is not allowed
 * @throws {Conflict} `handle_taken`
 */
export async function createAccount(
	context: CoreContext,
	{ id, handle, displayName, admin }: { id?: AccountId; handle: string; displayName?: string; admin?: boolean },
): Promise<Account> {
	const fault = handleFault(handle);
	if (fault !== undefined) throw new InvalidRequest([{ field: "handle", expected: fault }]);
	const body = accountCreated(
		context.clock.now(),
		{
			handle,
			domain: context.domain,
			kind: "person",
			profile: { displayName: cleanName(displayName ?? "") || handle },
			bridgeable: true,
			...(admin === true ? { admin } : {}),
		},
		id,
	);
	for (let natural: string | undefined = handleKey(handle); natural !== undefined; ) {
		const appended: AppendedOf<"account.created"> = await context.log.append({
			stream: body.account.id,
			type: "account.created",
			actor: body.account.id,
			natural,
			body,
		});
		if (appended.outcome === "appended") return createdAccount(context, body.account.id);
		natural = appended.outcome === "duplicate" ? nextHandleKey(appended.event) : undefined;
	}
	throw new Conflict("handle_taken", `The handle ${handle} is taken`);
}

/** An account that has just been appended. */
export async function createdAccount(context: CoreContext, id: AccountId): Promise<Account> {
	const stored = await context.store.get(accounts, id);
	if (stored === undefined) throw new Error(`The account ${id} was appended but can't be read`);
	return stored.doc;
}
