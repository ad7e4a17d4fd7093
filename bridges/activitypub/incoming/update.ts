import { idOf, idsOf, isJson, type Json, knownTypeOf, listOf } from "../reading.ts";
import { actorTypes, objectTypes } from "../vocabulary.ts";
import { audienceOf } from "./audience.ts";
import { readContent } from "./content.ts";
import { ownObject } from "./own-object.ts";
import { embedded, type InboxContext, type Meaning, mustBeTheirs, objectIdOf, type Reader } from "./reader.ts";
import { Refused } from "./refused.ts";

/** Something was edited, or somebody's profile was. */
export const readUpdate: Reader = async (context, arrived) => {
	const id = objectIdOf(arrived);
	mustBeTheirs(context, arrived, id);
	if (id === arrived.actor) return ofProfile(context, embedded(arrived), id);
	const inline = embedded(arrived);
	if (inline !== undefined && knownTypeOf(inline, actorTypes) !== undefined)
		throw new Refused(403, "An actor is updated by nobody else");
	const object = await ownObject(context, arrived);
	if (object === undefined || knownTypeOf(object, objectTypes) === undefined) return undefined;
	const isAddressed = idsOf(object["to"]).length + idsOf(object["cc"]).length > 0;
	const audience = isAddressed ? await audienceOf(context, arrived.actor, object, arrived.activity) : "anyone";
	if (audience === "named") return undefined;
	const { content, tags, warning } = readContent(context.host.text, object);
	return {
		kind: "edit",
		target: { remote: id },
		content,
		tags,
		...(warning === undefined ? {} : { warning }),
		...(audience === "followers" ? { forFollowers: true } : {}),
	};
};

/** The signer describes themselves: their own words about them are as good as their server's. */
async function ofProfile(
	{ directory, forgetKey }: InboxContext,
	document: Json | undefined,
	id: string,
): Promise<Meaning> {
	if (document === undefined) await directory.refresh(id);
	else {
		await directory.learn(document);
		for (const key of listOf(document["publicKey"])) if (isJson(key)) forgetKey(idOf(key) ?? "");
	}
	return { kind: "profile" };
}
