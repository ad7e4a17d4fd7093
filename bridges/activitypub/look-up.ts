import type { RemotePerson } from "#bridge-kit";
import type { InboxContext } from "./incoming/reader.ts";
import { idOf, originOf } from "./reading.ts";
import { RemoteTrouble } from "./remote/fetch-document.ts";
import { isActor } from "./remote/person.ts";
import type { WebFingerClient } from "./remote/webfinger-client.ts";

/** Finds somebody by `handle@domain`, their actor's id, or their page. `undefined`: nobody there, or not of this network. */
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
			if (!(error instanceof RemoteTrouble)) throw error;
			host.logger.info({ err: error, reference }, "Nobody could be looked up");
			return undefined;
		}
	};
}
