import { BoundedMap, type RemotePerson } from "#bridge-kit";
import { type Homeserver, isRefusal, segment } from "./homeserver.ts";
import { handleOf } from "./ids.ts";

const patienceMs = 3_000;
const maxKnown = 20_000;
const maxName = 255;
/** A homeserver that could not say who somebody is isn't asked for anybody's name for this time. */
const quietMs = 60_000;

/** The people of Matrix as the core knows them. The same object is the same description. */
export interface People {
	of(user: string): RemotePerson;
	/** Asks for the names of those who are not known yet, all at once, and does not wait long. */
	meet(users: Iterable<string>): Promise<void>;
	/** A membership event said what somebody is called; nothing: by their id. */
	name(user: string, displayName: unknown): void;
}

export interface PeopleParts {
	readonly homeserver: Homeserver;
	readonly now: () => number;
	/** What the core calls somebody whom it knows already. */
	readonly recall: (user: string) => Promise<string | undefined>;
}

export function createPeople({ homeserver, now, recall }: PeopleParts): People {
	const known = new BoundedMap<string, { readonly person: RemotePerson; readonly named: boolean }>(maxKnown);
	let quietUntil = 0;

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
	 * Who was met before a restart keeps their name: a change of it comes as an event. Otherwise a homeserver that is away would
	 * make all of them be called by their ids, on every network.
	 */
	async function meetAgain(user: string): Promise<void> {
		const name = await recall(user);
		if (name !== undefined && known.get(user) === undefined) remember(user, name, name !== localpart(user));
	}

	async function ask(user: string): Promise<void> {
		const path = `/profile/${segment(user)}/displayname`;
		try {
			const { displayname } = await homeserver.request("GET", path, { timeoutMs: patienceMs });
			remember(user, readable(displayname, user), true);
		} catch (error) {
			// Who has no profile, or shows it to nobody, is called by their id.
			if (isRefusal(error)) remember(user, localpart(user), true);
			else quietUntil = now() + quietMs;
		}
	}

	return {
		of: (user) => known.get(user)?.person ?? remember(user, localpart(user), false),
		async meet(users) {
			const unnamed = [...new Set(users)].filter((user) => known.get(user)?.named !== true);
			if (unnamed.length === 0) return;
			await Promise.all(unnamed.filter((user) => known.get(user) === undefined).map(meetAgain));
			if (now() < quietUntil) return;
			await Promise.all(unnamed.filter((user) => known.get(user)?.named !== true).map(ask));
		},
		name: (user, displayName) => void remember(user, readable(displayName, user), true),
	};
}

const localpart = (user: string): string => user.slice(1).split(":", 1)[0] || user;

/** A name on one line; control characters and what turns the reading direction are none of its business. */
function readable(name: unknown, user: string): string {
	const text = typeof name === "string" ? name.slice(0, maxName * 4) : "";
	const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
	return line.trim().slice(0, maxName) || localpart(user);
}
