import { idsOf, type Json } from "../reading.ts";
import { type Arrived, embedded, type InboxContext, mustBeTheirs, objectIdOf } from "./reader.ts";
import { Refused } from "./refused.ts";

/**
 * The object of a `Create` or `Update`: the embedded copy where the signer's origin owns it, otherwise what that origin
 * serves under its id. `undefined`: it is not there (any more).
 *
 * @throws {Refused} it is ours, of another origin, or somebody else's
 * @throws {RemoteTrouble}
 */
export async function ownObject(context: InboxContext, arrived: Arrived): Promise<Json | undefined> {
	const id = objectIdOf(arrived);
	mustBeTheirs(context, arrived, id);
	const object = embedded(arrived) ?? (await fetched(context, id));
	if (object === undefined) return undefined;
	const authors = idsOf(object["attributedTo"]);
	if (authors.length > 0 && !authors.includes(arrived.actor))
		throw new Refused(403, "The object is attributed to somebody else");
	return object;
}

async function fetched({ documents }: InboxContext, id: string): Promise<Json | undefined> {
	const found = await documents.fetchObject(id);
	return found.status === "found" && found.document["id"] === id ? found.document : undefined;
}
