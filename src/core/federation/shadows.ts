import { accounts } from "../accounts/account.ts";
import { createShadow } from "../accounts/create-account.ts";
import { accountByRemote } from "../accounts/find-account.ts";
import { BoundedMap } from "../bounded-map.ts";
import type { World } from "../events/world.ts";
import type { BridgeName } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { RemotePerson } from "../ports/bridge/remote-event.ts";

/** How long a shadow is believed without asking the store, in milliseconds. */
const trustMs = 30_000;

/** The stand-ins of people elsewhere: found, or made the first time that they are heard of. */
export interface Shadows {
	/** The shadow of a person, brought up to what their bridge says of them. */
	of(bridge: BridgeName, person: RemotePerson): Promise<Account>;
	/** Reads the person anew when they are next heard of. */
	forget(bridge: BridgeName, person: RemotePerson): void;
}

export function createShadows(world: World): Shadows {
	const known = new BoundedMap<string, { account: Account; person: RemotePerson; until: number }>(20_000);

	return {
		async of(bridge, person) {
			const key = `${bridge}:${person.id}`;
			const cached = known.get(key);
			// The same object is the same description: bridges keep theirs until it changes.
			if (cached !== undefined && cached.person === person && cached.until > world.clock.now()) return cached.account;
			const found = await accountByRemote(world, bridge, person.id);
			const account =
				found === undefined
					? await createShadow(world, fieldsOf(world, bridge, person))
					: await refresh(world, found, bridge, person);
			known.set(key, { account, person, until: world.clock.now() + trustMs });
			return account;
		},
		forget: (bridge, person) => known.delete(`${bridge}:${person.id}`),
	};
}

function fieldsOf(world: World, bridge: BridgeName, person: RemotePerson) {
	return {
		handle: person.handle,
		domain: person.domain ?? world.domain,
		kind: person.kind,
		profile: person.profile,
		bridgeable: person.bridgeable ?? true,
		origin: { bridge, id: person.id, ...(person.url === undefined ? {} : { url: person.url }) },
		...(person.reach === undefined ? {} : { reach: person.reach }),
	};
}

async function refresh(world: World, account: Account, bridge: BridgeName, person: RemotePerson): Promise<Account> {
	const { profile, kind, bridgeable, origin, reach } = { reach: undefined, ...fieldsOf(world, bridge, person) };
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
	await world.log.append({
		stream: account.id,
		type: "account.updated",
		actor: account.id,
		body: {
			account: account.id,
			changes: { profile, kind, bridgeable, origin, ...(reach === undefined ? {} : { reach }) },
		},
	});
	return (await world.store.get(accounts, account.id))?.doc ?? account;
}
