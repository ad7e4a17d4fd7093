import { accounts } from "../accounts/account.ts";
import { createShadow } from "../accounts/create-account.ts";
import { accountByRemote } from "../accounts/find-account.ts";
import { cleanRemoteProfile } from "../accounts/profile-rules.ts";
import { BoundedMap } from "../bounded-map.ts";
import type { CoreContext } from "../events/context.ts";
import type { BridgeName } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { RemotePerson } from "../ports/bridge/remote-event.ts";

/** How long a shadow is used without reading it from the store again, in milliseconds. */
const cachedMs = 30_000;

/** The shadows of remote people. */
export interface Shadows {
	/** The shadow of a person, created or updated according to the description of its bridge. */
	of(bridge: BridgeName, person: RemotePerson): Promise<Account>;
	/** The shadow of a person as it is; created if there is none. For descriptions that may be out of date. */
	asKnown(bridge: BridgeName, person: RemotePerson): Promise<Account>;
	/** Drops the cached shadow of a person. */
	forget(bridge: BridgeName, person: RemotePerson): void;
}

/** Caches recently used shadows in this process. */
export function createShadows(context: CoreContext): Shadows {
	const known = new BoundedMap<string, { account: Account; person: RemotePerson; until: number }>(20_000);

	const shadows: Shadows = {
		async asKnown(bridge, person) {
			return (await accountByRemote(context, bridge, person.id)) ?? shadows.of(bridge, person);
		},
		async of(bridge, person) {
			const key = `${bridge}:${person.id}`;
			const cached = known.get(key);
			// The same object is the same description, since a bridge reuses its object until the person changes.
			if (cached !== undefined && cached.person === person && cached.until > context.clock.now()) return cached.account;
			const found = await accountByRemote(context, bridge, person.id);
			const account =
				found === undefined
					? await createShadow(context, fieldsOf(context, bridge, person))
					: await refresh(context, found, bridge, person);
			known.set(key, { account, person, until: context.clock.now() + cachedMs });
			return account;
		},
		forget: (bridge, person) => known.delete(`${bridge}:${person.id}`),
	};
	return shadows;
}

function fieldsOf(context: CoreContext, bridge: BridgeName, person: RemotePerson) {
	return {
		handle: person.handle,
		domain: person.domain ?? context.domain,
		kind: person.kind,
		profile: cleanRemoteProfile(person.profile, person.handle),
		bridgeable: person.bridgeable ?? true,
		origin: { bridge, id: person.id, ...(person.url === undefined ? {} : { url: person.url }) },
		...(person.reach === undefined ? {} : { reach: person.reach }),
	};
}

async function refresh(
	context: CoreContext,
	account: Account,
	bridge: BridgeName,
	person: RemotePerson,
): Promise<Account> {
	const { profile, kind, bridgeable, origin, reach } = { reach: undefined, ...fieldsOf(context, bridge, person) };
	const now = {
		profile: account.profile,
		kind: account.kind,
		bridgeable: account.bridgeable,
		origin: account.origin,
		reach: account.reach,
	};
	if (
		account.deletedAt !== undefined ||
		JSON.stringify({ profile, kind, bridgeable, origin, reach }) === JSON.stringify(now)
	)
		return account;
	await context.log.append({
		stream: account.id,
		type: "account.updated",
		actor: account.id,
		body: {
			account: account.id,
			changes: { profile, kind, bridgeable, origin, ...(reach === undefined ? {} : { reach }) },
		},
	});
	return (await context.store.get(accounts, account.id))?.doc ?? account;
}
