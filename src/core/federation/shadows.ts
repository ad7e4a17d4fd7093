import { accounts } from "../accounts/account.ts";
import { createShadow, type NewShadow } from "../accounts/create-shadow.ts";
import { accountByRemote } from "../accounts/find-account.ts";
import { cleanRemoteProfile } from "../accounts/profile-rules.ts";
import { stillThere } from "../accounts/still-there.ts";
import { BoundedMap } from "../bounded-map.ts";
import { isWithin } from "../clock.ts";
import type { CoreContext } from "../events/context.ts";
import type { BridgeName } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { RemotePerson } from "../ports/bridge/remote-event.ts";
import { withProvenHandle } from "./proven-handle.ts";
import { addRoad, samePerson } from "./same-person.ts";

/** How long a shadow is used without reading it from the store again, in milliseconds. */
const cachedMs = 30_000;

/** The shadows of remote people. */
export interface Shadows {
	/** The shadow of a person, created or updated according to the description of its bridge. */
	of(bridge: BridgeName, person: RemotePerson): Promise<Account>;
	/** The shadow of a person as it is; created if there is none. For descriptions that may be out of date. */
	asKnown(bridge: BridgeName, person: RemotePerson): Promise<Account>;
	/** Whether a person has a shadow, perhaps one that was made for them on another network. */
	has(bridge: BridgeName, person: RemotePerson): Promise<boolean>;
	/** Drops the cached shadow of a person. */
	forget(bridge: BridgeName, person: RemotePerson): void;
}

/** Caches recently used shadows in this process. */
export function createShadows(context: CoreContext): Shadows {
	const known = new BoundedMap<string, { account: Account; person: RemotePerson; at: number }>(20_000);

	const shadows: Shadows = {
		async asKnown(bridge, person) {
			return (await accountByRemote(context, bridge, person.id)) ?? shadows.of(bridge, person);
		},
		async of(bridge, person) {
			const key = `${bridge}:${person.id}`;
			const cached = known.get(key);
			// The same object is the same description, since a bridge reuses its object until the person changes.
			if (cached !== undefined && cached.person === person && isWithin(cached.at, context.clock.now(), cachedMs))
				return cached.account;
			const found = await accountByRemote(context, bridge, person.id);
			const account =
				found === undefined
					? await shadowOf(context, fieldsOf(context, bridge, person))
					: await refresh(context, found, fieldsOf(context, bridge, person));
			known.set(key, { account, person, at: context.clock.now() });
			return account;
		},
		async has(bridge, person) {
			return (
				known.get(`${bridge}:${person.id}`) !== undefined ||
				(await accountByRemote(context, bridge, person.id)) !== undefined ||
				(await samePerson(context, fieldsOf(context, bridge, person))) !== undefined
			);
		},
		forget: (bridge, person) => known.delete(`${bridge}:${person.id}`),
	};
	return shadows;
}

/** The account of a person who is new on this network: that of the same person on another one, or else a new one. */
async function shadowOf(context: CoreContext, fields: NewShadow): Promise<Account> {
	for (;;) {
		const known = await samePerson(context, fields);
		const account = known === undefined ? await createShadow(context, fields) : await addRoad(context, known, fields);
		if (account !== undefined) return account;
	}
}

function fieldsOf(context: CoreContext, bridge: BridgeName, person: RemotePerson): NewShadow {
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

/** Updates an account as the network that describes it says. Another one says nothing new: its description may differ in every field. */
async function refresh(context: CoreContext, known: Account, fields: NewShadow): Promise<Account> {
	if (known.origin?.bridge !== fields.origin.bridge || known.origin.id !== fields.origin.id) return known;
	const account = await withProvenHandle(context, known, fields);
	if (account.origin?.id !== fields.origin.id) return account;
	const { profile, kind, bridgeable, origin, reach } = { reach: undefined, ...fields };
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
	await context.log.append(
		{
			stream: account.id,
			type: "account.updated",
			actor: account.id,
			body: {
				account: account.id,
				changes: { profile, kind, bridgeable, origin, ...(reach === undefined ? {} : { reach }) },
			},
		},
		{ premises: [stillThere(account)] },
	);
	return (await context.store.get(accounts, account.id))?.doc ?? account;
}
