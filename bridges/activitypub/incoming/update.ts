import { idOf, idsOf, isJson, type Json, knownTypeOf, listOf } from "../reading.ts";
import { actorTypes, objectTypes } from "../vocabulary.ts";
import { audienceOf } from "./audience.ts";
import { readContent } from "./content.ts";
import { ownObject } from "./own-object.ts";
import { assertSendersOwn, embedded, type InboxContext, type Meaning, objectIdOf, type Reader } from "./reader.ts";
import { Refused } from "./refused.ts";

/** The edit of an object, or of the actor's own profile. */
export const readUpdate: Reader = async (context, received) => {
	const id = objectIdOf(received);
	assertSendersOwn(context, received, id);
	if (id === received.actor) return ofProfile(context, embedded(received), id);
	const inline = embedded(received);
	if (inline !== undefined && knownTypeOf(inline, actorTypes) !== undefined)
		throw new Refused(403, "Only an actor can update its profile");
	const object = await ownObject(context, received);
	if (object === undefined || knownTypeOf(object, objectTypes) === undefined) return undefined;
	const isAddressed = idsOf(object["to"]).length + idsOf(object["cc"]).length > 0;
	const audience = isAddressed ? await audienceOf(context, received.actor, object, received.activity) : "anyone";
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

/** The signer describes itself, so the embedded actor is trusted like one that was fetched. */
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
