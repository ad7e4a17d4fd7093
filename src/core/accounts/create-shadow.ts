import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { accounts } from "./account.ts";
import { accountCreated, createdAccount, type NewAccount } from "./create-account.ts";
import { accountByHandle, accountByRemote, personKeyOf } from "./find-account.ts";

/** The fields of a shadow, as a road describes the person. */
export type NewShadow = NewAccount & { readonly origin: NonNullable<Account["origin"]> };

/**
 * Creates the shadow of a remote account; concurrent calls create it once. On our own domain, a handle that is taken gets a number
 * appended. On a domain of others the handle is the one that its home has confirmed, and is never changed.
 *
 * @returns `undefined` if another account has got the address meanwhile, which may belong to the same person
 */
export async function createShadow(context: CoreContext, fields: NewShadow): Promise<Account | undefined> {
	if (fields.domain !== context.domain) return createForeign(context, fields);
	for (let attempt = 1; ; attempt++) {
		const handle = attempt === 1 ? fields.handle : `${fields.handle}_${attempt}`;
		if (await handleIsTaken(context, handle, fields.domain)) {
			const known = await accountByRemote(context, fields.origin.bridge, fields.origin.id);
			if (known !== undefined) return known;
			if (attempt < 1000) continue;
			throw new Error(`No free handle for ${fields.handle}@${fields.domain}`);
		}
		// Concurrent calls for two persons with the same handle collide on this key.
		const created = await append(context, { ...fields, handle }, `handle:${handle}@${fields.domain}`);
		if (created !== undefined) return created;
	}
}

/** The first account with an address has a key of its own, so that two roads can't create one each at the same time. */
async function createForeign(context: CoreContext, fields: NewShadow): Promise<Account | undefined> {
	const address = `handle:${fields.handle}@${fields.domain}`;
	const proven = { ...fields, isProven: true } as const;
	if ((await accountByHandle(context, fields.handle, fields.domain)) === undefined) {
		const created = await append(context, proven, address);
		if (created !== undefined) return created;
		// Another road may have created it just now. Otherwise an account had this handle that has another one today.
		if ((await accountByHandle(context, fields.handle, fields.domain)) !== undefined) return undefined;
	}
	return append(context, proven, undefined);
}

async function append(context: CoreContext, fields: NewShadow, request: string | undefined) {
	const body = accountCreated(context.clock.now(), fields);
	const appended = await context.log.append({
		stream: body.account.id,
		type: "account.created",
		actor: body.account.id,
		// Concurrent calls for one person collide on this key.
		natural: personKeyOf(fields.origin.bridge, fields.origin.id),
		...(request === undefined ? {} : { request }),
		body,
	});
	if (appended.outcome === "appended") return createdAccount(context, body.account.id);
	if (appended.outcome === "duplicate" && appended.by === "natural")
		return createdAccount(context, appended.event.stream as AccountId);
	return undefined;
}

async function handleIsTaken({ store }: CoreContext, handle: string, domain: string): Promise<boolean> {
	return (await store.page(accounts, { index: "handle", prefix: [handle, domain], order: "asc", limit: 1 })).length > 0;
}
