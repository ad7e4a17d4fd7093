import { type RemotePerson, type Resolvers, Unavailable } from "#bridge-kit";
import type { InboxContext } from "./incoming/reader.ts";
import { idOf, type Json, originOf, sameOrigin } from "./reading.ts";
import { RemoteUnavailable } from "./remote/fetch-document.ts";
import { isActor } from "./remote/person.ts";
import type { WebFingerClient } from "./remote/webfinger-client.ts";

/**
 * Finds a person by `handle@domain`, actor id, profile page or, if asked, a post. `undefined`: there is no such person in the fediverse.
 * Fails with {@link Unavailable} when that can't be said now.
 */
export function createLookUp(
	{ documents, directory, ids }: InboxContext,
	webFinger: WebFingerClient,
): Exclude<Resolvers["person"], "unsupported"> {
	async function find(reference: string, orAuthor: boolean): Promise<RemotePerson | undefined> {
		const url =
			originOf(reference) === undefined ? await webFinger.actorOf(reference.replace(/^(acct:)?@?/, "")) : reference;
		if (url === undefined || ids.isOurs(url)) return undefined;
		const known = directory.known(url);
		if (known !== undefined) return known;
		const found = await documents.fetchObject(url);
		if (found.status !== "found") return undefined;
		if (!isActor(found.document)) return orAuthor ? authorOf(found.document) : undefined;
		return directory.known(idOf(found.document) ?? "") ?? directory.learn(found.document);
	}

	/** The author of a post, whom the post's own server names. */
	async function authorOf(post: Json): Promise<RemotePerson | undefined> {
		const [id, author] = [idOf(post), idOf(post["attributedTo"])];
		return id !== undefined && author !== undefined && sameOrigin(id, author) ? find(author, false) : undefined;
	}

	return async (reference, { orAuthor = false } = {}) => {
		try {
			return await find(reference, orAuthor);
		} catch (error) {
			if (!(error instanceof RemoteUnavailable)) throw error;
			throw new Unavailable("The person's server can't be reached now", 30, error);
		}
	};
}
