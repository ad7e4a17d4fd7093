import { BoundedMap, type RemotePerson } from "#bridge-kit";
import { type Homeserver, isRefusal, segment } from "./homeserver.ts";
import { handleOf } from "./ids.ts";
import { oneLine } from "./one-line.ts";

const patienceMs = 3_000;
const maxKnown = 20_000;
const maxName = 255;
/** After a profile request failed, no other is made for this time. */
const pauseMs = 60_000;

/** Matrix users as remote persons. The same object is returned until the description changes. */
export interface People {
	of(user: string): RemotePerson;
	/** Fetches the display names of users that are not known yet, in parallel and with a short time-out. */
	fetchNames(users: Iterable<string>): Promise<void>;
	/** Sets a display name from a membership event; without one the user is shown by their id. */
	setName(user: string, displayName: unknown): void;
}

export interface PeopleParts {
	readonly homeserver: Homeserver;
	readonly now: () => number;
	/** The display name that the core has stored for a user. */
	readonly recall: (user: string) => Promise<string | undefined>;
}

export function createPeople({ homeserver, now, recall }: PeopleParts): People {
	const known = new BoundedMap<string, { readonly person: RemotePerson; readonly named: boolean }>(maxKnown);
	let pausedUntil = 0;

	function remember(user: string, displayName: string, named: boolean): RemotePerson {
		const before = known.get(user);
		if (before?.person.profile.displayName === displayName) {
			if (before.named !== named) known.set(user, { person: before.person, named });
			return before.person;
		}
		const person: RemotePerson = {
			id: user,
			profile: { displayName },
			handle: handleOf(user),
			kind: "person",
			url: `https://matrix.to/#/${user}`,
		};
		known.set(user, { person, named });
		return person;
	}

	/**
	 * Restores the names that were known before a restart; changes arrive as events. Otherwise, while the homeserver is down, all
	 * users would be shown by their ids on every network.
	 */
	async function recallName(user: string): Promise<void> {
		const name = await recall(user);
		if (name !== undefined && known.get(user) === undefined) remember(user, name, name !== localpart(user));
	}

	async function ask(user: string): Promise<void> {
		const path = `/profile/${segment(user)}/displayname`;
		try {
			const { displayname } = await homeserver.request("GET", path, { timeoutMs: patienceMs });
			remember(user, readable(displayname, user), true);
		} catch (error) {
			// A user without a visible profile is shown by their id.
			if (isRefusal(error)) remember(user, localpart(user), true);
			else pausedUntil = now() + pauseMs;
		}
	}

	return {
		of: (user) => known.get(user)?.person ?? remember(user, localpart(user), false),
		async fetchNames(users) {
			const unnamed = [...new Set(users)].filter((user) => known.get(user)?.named !== true);
			if (unnamed.length === 0) return;
			await Promise.all(unnamed.filter((user) => known.get(user) === undefined).map(recallName));
			if (now() < pausedUntil) return;
			await Promise.all(unnamed.filter((user) => known.get(user)?.named !== true).map(ask));
		},
		setName: (user, displayName) => void remember(user, readable(displayName, user), true),
	};
}

const localpart = (user: string): string => user.slice(1).split(":", 1)[0] || user;

/** A display name that is fit to be shown; without one, the user's name on their server. */
const readable = (name: unknown, user: string): string =>
	(typeof name === "string" ? oneLine(name, maxName) : "") || localpart(user);
