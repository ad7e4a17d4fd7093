import { idOf, idsOf, isJson, isPublic, type Json, listOf, typeOf } from "../reading.ts";
import { actorTypes, objectTypes } from "../vocabulary.ts";
import { readContent } from "./content.ts";
import { ownObject } from "./own-object.ts";
import { type Desk, embedded, type Meaning, mustBeTheirs, objectIdOf, type Reader } from "./reader.ts";
import { Refused } from "./refused.ts";

/** Something was edited, or somebody's profile was. */
export const readUpdate: Reader = async (desk, arrived) => {
	const id = objectIdOf(arrived);
	mustBeTheirs(desk, arrived, id);
	if (id === arrived.actor) return ofProfile(desk, embedded(arrived), id);
	const inline = embedded(arrived);
	if (inline !== undefined && actorTypes.has(typeOf(inline, actorTypes) ?? ""))
		throw new Refused(403, "An actor is updated by nobody else");
	const object = await ownObject(desk, arrived);
	if (object === undefined || !objectTypes.has(typeOf(object, objectTypes) ?? "") || isHidden(object)) return undefined;
	const { content, tags, warning } = readContent(desk.host.text, object);
	return { kind: "edit", target: { remote: id }, content, tags, ...(warning === undefined ? {} : { warning }) };
};

/** Addressed, and not to everybody. */
const isHidden = (object: Json): boolean =>
	idsOf(object["to"]).length + idsOf(object["cc"]).length > 0 && !isPublic(object);

/** The signer describes themselves: their own words about them are as good as their server's. */
async function ofProfile({ directory, forgetKey }: Desk, document: Json | undefined, id: string): Promise<Meaning> {
	if (document === undefined) await directory.refresh(id);
	else {
		await directory.learn(document);
		for (const key of listOf(document["publicKey"])) if (isJson(key)) forgetKey(idOf(key) ?? "");
	}
	return { kind: "profile" };
}
