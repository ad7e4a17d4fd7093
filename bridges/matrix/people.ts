import type { RemotePerson } from "#bridge-kit";
import { type Homeserver, segment } from "./homeserver.ts";
import { handleOf } from "./ids.ts";

const patienceMs = 3_000;
const maxKnown = 20_000;
/** A name that could not be read is asked for again after this time. */
const retryMs = 60_000;

/** The people of Matrix as the core knows them. The same object is the same description. */
export interface People {
	of(user: string): RemotePerson;
	/** Asks for the names of those who are not known yet, all at once, and does not wait long. */
	meet(users: Iterable<string>): Promise<void>;
	/** A membership event said what somebody is called. */
	name(user: string, displayName: string): void;
}

export function createPeople(homeserver: Homeserver, now: () => number): People {
	const known = new Map<string, { person: RemotePerson; named: boolean; askAgain: number }>();

	function remember(user: string, displayName: string, named: boolean): RemotePerson {
		const before = known.get(user);
		if (before !== undefined && before.person.profile.displayName === displayName && before.named === named)
			return before.person;
		const person: RemotePerson = {
			id: user,
			profile: { displayName },
			handle: handleOf(user),
			kind: "person",
			url: `https://matrix.to/#/${user}`,
		};
		known.delete(user);
		known.set(user, { person, named, askAgain: now() + retryMs });
		if (known.size > maxKnown) for (const oldest of known.keys()) return known.delete(oldest) ? person : person;
		return person;
	}
	const localpart = (user: string): string => user.slice(1, user.indexOf(":") < 0 ? undefined : user.indexOf(":"));

	async function ask(user: string): Promise<void> {
		try {
			const { displayname } = await homeserver.request("GET", `/profile/${segment(user)}/displayname`, {
				timeoutMs: patienceMs,
			});
			remember(
				user,
				typeof displayname === "string" && displayname !== "" ? displayname.slice(0, 255) : localpart(user),
				true,
			);
		} catch {
			// Somebody without a readable profile is called by their own id, until they can be asked.
			remember(user, known.get(user)?.person.profile.displayName ?? localpart(user), false);
		}
	}

	return {
		of: (user) => known.get(user)?.person ?? remember(user, localpart(user), false),
		async meet(users) {
			const strangers = [...new Set(users)].filter((user) => {
				const entry = known.get(user);
				return entry === undefined || (!entry.named && entry.askAgain < now());
			});
			if (strangers.length > 0) await Promise.all(strangers.map(ask));
		},
		name: (user, displayName) => void remember(user, displayName.slice(0, 255), true),
	};
}
