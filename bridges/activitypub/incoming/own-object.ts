import { idOf, idsOf, type Json } from "../reading.ts";
import { assertSendersOwn, embedded, type InboxContext, objectIdOf, type ReceivedActivity } from "./reader.ts";
import { Refused } from "./refused.ts";

/**
 * The object of a `Create` or `Update`: the embedded copy, since the signer's origin owns it, or the document that this origin
 * serves under the id. `undefined`: there is none, or no longer.
 *
 * @throws {Refused} it is one of our objects, of another origin, or attributed to another actor
 * @throws {RemoteUnavailable}
 */
export async function ownObject(context: InboxContext, received: ReceivedActivity): Promise<Json | undefined> {
	const id = objectIdOf(received);
	assertSendersOwn(context, received, id);
	const object = embedded(received) ?? (await fetched(context, id));
	if (object === undefined) return undefined;
	// A group's post can be attributed to the group and name as its actor who wrote it.
	const authors = [...idsOf(object["attributedTo"]), ...idsOf(object["actor"])];
	if (authors.length > 0 && !authors.includes(received.actor))
		throw new Refused(403, "The object is attributed to another actor");
	return object;
}

async function fetched({ documents }: InboxContext, id: string): Promise<Json | undefined> {
	const found = await documents.fetchObject(id);
	return found.status === "found" && idOf(found.document) === id ? found.document : undefined;
}
