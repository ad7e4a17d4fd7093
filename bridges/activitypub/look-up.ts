import type { RemotePerson } from "#bridge-kit";
import type { InboxContext } from "./incoming/reader.ts";
import { idOf, originOf } from "./reading.ts";
import { RemoteUnavailable } from "./remote/fetch-document.ts";
import { isActor } from "./remote/person.ts";
import type { WebFingerClient } from "./remote/webfinger-client.ts";

/** Finds a person by `handle@domain`, actor id or profile page. `undefined`: there is no such person in the fediverse. */
export function createLookUp(
	{ documents, directory, ids, host }: InboxContext,
	webFinger: WebFingerClient,
): (reference: string) => Promise<RemotePerson | undefined> {
	async function find(reference: string): Promise<RemotePerson | undefined> {
		const url =
			originOf(reference) === undefined ? await webFinger.actorOf(reference.replace(/^(acct:)?@?/, "")) : reference;
		if (url === undefined || ids.isOurs(url)) return undefined;
		const known = directory.known(url);
		if (known !== undefined) return known;
		const found = await documents.fetchObject(url);
		if (found.status !== "found" || !isActor(found.document)) return undefined;
		return directory.known(idOf(found.document) ?? "") ?? directory.learn(found.document);
	}

	return async (reference) => {
		try {
			return await find(reference);
		} catch (error) {
			if (!(error instanceof RemoteUnavailable)) throw error;
			host.logger.info({ err: error, reference }, "A look-up failed");
			return undefined;
		}
	};
}
