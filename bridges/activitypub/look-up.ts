import type { RemotePerson, Resolvers } from "#bridge-kit";
import type { InboxContext } from "./incoming/reader.ts";
import { idOf, type Json, originOf, sameOrigin } from "./reading.ts";
import { RemoteUnavailable } from "./remote/fetch-document.ts";
import { isActor } from "./remote/person.ts";
import type { WebFingerClient } from "./remote/webfinger-client.ts";

/** Finds a person by `handle@domain`, actor id, profile page or, if asked, a post. `undefined`: there is no such person in the fediverse. */
export function createLookUp(
	{ documents, directory, ids, host }: InboxContext,
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
			host.logger.info({ err: error, reference }, "A look-up failed");
			return undefined;
		}
	};
}
