import { BoundedMap, type RemotePerson } from "#bridge-kit";
import { handleOf } from "./ids.ts";
import { oneLine } from "./one-line.ts";

const maxKnown = 20_000;
const maxName = 255;

/** Matrix users as remote persons. The same object is returned until the description changes. No method makes a request. */
export interface People {
	of(user: string): RemotePerson;
	/** Restores the names of users that are not known yet from the store. Resolves with those who have no name there. */
	recallNames(users: Iterable<string>): Promise<readonly string[]>;
	/**
	 * Sets a display name; without one the user is shown by their id.
	 *
	 * @param at when the user chose it, by their homeserver's clock: one that is older than the known one is ignored. Absent: it is the
	 *   present one, read from a room's state
	 */
	setName(user: string, displayName: unknown, at?: number): void;
	/**
	 * True if the name of a user may be an older one: it came with an event, and replaced one whose time was not known, as after a restart.
	 * The room's state has the present one.
	 */
	isDoubtful(user: string): boolean;
}

interface Known {
	readonly person: RemotePerson;
	/** Whether the user's own name is known, as opposed to that of their id. */
	readonly named: boolean;
	/** When the user chose this name; 0 if that is not known. */
	readonly at: number;
	readonly doubtful?: true;
}

/** @param recall the display name that the core has stored for a user */
export function createPeople(recall: (user: string) => Promise<string | undefined>): People {
	const known = new BoundedMap<string, Known>(maxKnown);

	function remember(user: string, displayName: string, named: boolean, at = 0, isPresent = true): RemotePerson {
		const before = known.get(user);
		if (before?.person.profile.displayName === displayName) {
			const doubtful = before.doubtful === true && !isPresent ? { doubtful: true as const } : {};
			known.set(user, { person: before.person, named, at, ...doubtful });
			return before.person;
		}
		const doubtful = !isPresent && before?.named === true && before.at === 0 ? { doubtful: true as const } : {};
		const person: RemotePerson = {
			id: user,
			profile: { displayName },
			handle: handleOf(user),
			kind: "person",
			url: `https://matrix.to/#/${user}`,
		};
		known.set(user, { person, named, at, ...doubtful });
		return person;
	}

	/** After a restart a user still has the name that was known before; changes arrive as events. */
	async function recallName(user: string): Promise<void> {
		const name = await recall(user);
		if (name !== undefined && known.get(user) === undefined) remember(user, name, name !== localpart(user));
	}

	return {
		of: (user) => known.get(user)?.person ?? remember(user, localpart(user), false),
		async recallNames(users) {
			const unnamed = [...new Set(users)].filter((user) => known.get(user)?.named !== true);
			if (unnamed.length === 0) return [];
			await Promise.all(unnamed.filter((user) => known.get(user) === undefined).map(recallName));
			return unnamed.filter((user) => known.get(user)?.named !== true);
		},
		setName(user, displayName, at) {
			const since = known.get(user)?.at ?? 0;
			if (at === undefined || at >= since)
				remember(user, readable(displayName, user), true, at ?? since, at === undefined);
		},
		isDoubtful: (user) => known.get(user)?.doubtful === true,
	};
}

const localpart = (user: string): string => user.slice(1).split(":", 1)[0] || user;

/** A display name that is fit to be shown; without one, the user's name on their server. */
const readable = (name: unknown, user: string): string =>
	(typeof name === "string" ? oneLine(name, maxName) : "") || localpart(user);
