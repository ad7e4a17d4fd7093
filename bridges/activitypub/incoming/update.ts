import { createHash } from "node:crypto";
import { idOf, idsOf, isJson, type Json, knownTypeOf, listOf } from "../reading.ts";
import { actorTypes, objectTypes } from "../vocabulary.ts";
import { addresseesOf } from "./addressees.ts";
import { audienceOf } from "./audience.ts";
import { pageOf, readContent } from "./content.ts";
import { link } from "./markup.ts";
import { ownObject } from "./own-object.ts";
import {
	assertSendersOwn,
	embedded,
	type InboxContext,
	type Meaning,
	objectIdOf,
	type Reader,
	type ReceivedActivity,
} from "./reader.ts";
import { Refused } from "./refused.ts";
import { objectUpdatedAt } from "./sent-at.ts";

/** The edit of an object, or of the actor's own profile. */
export const readUpdate: Reader = async (context, received) => {
	const id = objectIdOf(received);
	assertSendersOwn(context, received, id);
	if (id === received.actor) return ofProfile(context, received, embedded(received));
	const inline = embedded(received);
	if (inline !== undefined && knownTypeOf(inline, actorTypes) !== undefined)
		throw new Refused(403, "Only an actor can update its profile");
	const object = await ownObject(context, received);
	if (object === undefined || knownTypeOf(object, objectTypes) === undefined) return undefined;
	const isAddressed = idsOf(object["to"]).length + idsOf(object["cc"]).length > 0;
	const audience = isAddressed ? await audienceOf(context, received.actor, object, received.activity) : "anyone";
	if (audience === "named") return undefined;
	const { mentions } = await addresseesOf(context, object);
	const { contentAs, tags, warning, ...read } = readContent(context.host.text, object);
	// The author has removed everything that was to be seen.
	const emptied = { text: context.host.text.sanitize(link(pageOf(object) ?? id)), mime: "text/html" } as const;
	const [content, forms] = read.content.text === "" ? [emptied, {}] : [read.content, { contentAs }];
	return {
		kind: "edit",
		target: { remote: id },
		...objectUpdatedAt(object, received.activity),
		content,
		...forms,
		tags,
		...(isAddressed ? { mentions } : {}),
		...(warning === undefined ? {} : { warning }),
		...(audience === "followers" ? { forFollowers: true } : {}),
	};
};

/**
 * The signer describes itself, so the embedded actor is trusted like one that was fetched. A description that is older than the one that
 * came last is ignored.
 */
async function ofProfile(
	{ directory, forgetKey, host }: InboxContext,
	{ activity, actor }: ReceivedActivity,
	document: Json | undefined,
): Promise<Meaning | undefined> {
	if (document === undefined || idOf(document["inbox"]) === undefined) {
		await directory.refresh(actor);
		return { kind: "profile" };
	}
	const { at } = objectUpdatedAt(document, activity);
	if (at !== undefined) {
		const key = `profile:${createHash("sha256").update(actor).digest("base64url")}`;
		const known = await host.state.get(key);
		if (typeof known === "number" && at < known) return undefined;
		// A clock that is ahead must not make later descriptions look old.
		await host.state.set(key, Math.min(at, host.clock.now()));
	}
	await directory.learn(document);
	for (const key of listOf(document["publicKey"])) if (isJson(key)) forgetKey(idOf(key) ?? "");
	return { kind: "profile" };
}
