import { cleanName } from "../clean-text.ts";
import { Conflict, InvalidRequest } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { AppendedOf } from "../events/log.ts";
import { type AccountId, mintId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { timelinePermissions } from "../model/group.ts";
import { remoteKey } from "../remote-key.ts";
import { accounts } from "./account.ts";
import type { AccountEvents } from "./events.ts";
import { handleFault, handleKey, nextHandleKey } from "./handles.ts";
import { followersChannel, timelineChannel } from "./personal-channels.ts";

type NewAccount = Pick<Account, "handle" | "domain" | "kind" | "profile" | "bridgeable"> &
	Partial<Pick<Account, "origin" | "reach" | "admin">>;

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
		if (appended.outcome === "appended") return accountOf(context, body.account.id);
		natural = appended.outcome === "duplicate" ? nextHandleKey(appended.event) : undefined;
	}
	throw new Conflict("handle_taken", `The handle ${handle} is taken`);
}

async function accountOf(context: CoreContext, id: AccountId): Promise<Account> {
	const stored = await context.store.get(accounts, id);
	if (stored === undefined) throw new Error(`The account ${id} was appended but can't be read`);
	return stored.doc;
}

/**
 * Creates the shadow of a remote account; concurrent calls create it once. A handle that is taken gets a number appended, which only
 * happens on our own domain.
 */
export async function createShadow(
	context: CoreContext,
	fields: NewAccount & { readonly origin: NonNullable<Account["origin"]> },
): Promise<Account> {
	const natural = remoteKey(`person:${fields.origin.bridge}`, fields.origin.id);
	for (let attempt = 1; ; attempt++) {
		const handle = attempt === 1 ? fields.handle : `${fields.handle}_${attempt}`;
		if (await handleIsTaken(context, handle, fields.domain)) {
			const known = await context.store.page(accounts, {
				index: "remote",
				prefix: [remoteKey(fields.origin.bridge, fields.origin.id)],
				order: "asc",
				limit: 1,
			});
			if (known[0] !== undefined) return known[0].doc;
			if (attempt < 1000) continue;
			throw new Error(`No free handle for ${fields.handle}@${fields.domain}`);
		}
		const body = accountCreated(context.clock.now(), { ...fields, handle });
		// Concurrent calls for one person collide on `natural`, those of two persons with the same handle on `request`.
		const appended = await context.log.append({
			stream: body.account.id,
			type: "account.created",
			actor: body.account.id,
			natural,
			request: `handle:${handle}@${fields.domain}`,
			body,
		});
		if (appended.outcome === "appended") return accountOf(context, body.account.id);
		if (appended.outcome === "duplicate" && appended.by === "natural")
			return accountOf(context, appended.event.stream as AccountId);
	}
}

async function handleIsTaken(context: CoreContext, handle: string, domain: string): Promise<boolean> {
	return (
		(await context.store.page(accounts, { index: "handle", prefix: [handle, domain], order: "asc", limit: 1 })).length >
		0
	);
}
