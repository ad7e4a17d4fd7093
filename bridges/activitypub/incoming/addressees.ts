import type { AccountId, RemotePlace } from "#bridge-kit";
import { type ActorNames, localActorOf } from "../local-actor.ts";
import { idOf, idsOf, type Json, listOf, textOf, typeOf } from "../reading.ts";

/** How many names of one document are read (design §9 rule 5), how many are looked up, and how many people it can mention. */
const max = { names: 500, lookUps: 50, mentions: 50 };

/** Whom of ours a post addresses, and where it belongs. */
export interface Addressees {
	readonly mentions: readonly AccountId[];
	readonly place: Extract<RemotePlace, { kind: "channel" | "timeline" }>;
}

/**
 * Reads which of our people and channels a post addresses: by a `Mention`, or in `audience`, `to` or `cc`, with or without one. A post
 * that addresses one of our channels belongs there; any other to its author's timeline.
 *
 * @param documents the object, and the activity that it came in
 */
export async function addresseesOf(names: ActorNames, ...documents: readonly Json[]): Promise<Addressees> {
	const mentions = new Set<AccountId>();
	let place: Addressees["place"] = { kind: "timeline" };
	let lookUps = 0;
	for (const name of namesIn(documents)) {
		const mayAsk = isName(names, name) && lookUps++ < max.lookUps;
		const actor = mayAsk ? await localActorOf(names, name) : names.ids.parseActor(name);
		if (actor?.kind === "account" && mentions.size < max.mentions) mentions.add(actor.account);
		if (actor?.kind === "channel" && place.kind === "timeline") place = actor;
	}
	return { mentions: [...mentions], place };
}

/** Whether a name needs a look-up: the URL of one of our pages, or an address. */
const isName = ({ ids }: ActorNames, name: string): boolean =>
	ids.parsePage(name) !== undefined || (name.includes("@") && !name.includes("/"));

/** Everything that documents are addressed to, each once: channels of an `audience` first, then people who are mentioned. */
function namesIn(documents: readonly Json[]): ReadonlySet<string> {
	const names = new Set<string>();
	for (const document of documents) for (const id of idsOf(document["audience"])) names.add(id);
	for (const document of documents) {
		for (const tag of listOf(document["tag"])) if (typeOf(tag) === "Mention") addMention(names, tag as Json);
	}
	for (const document of documents) {
		for (const field of ["to", "cc", "bto", "bcc"]) for (const id of idsOf(document[field])) names.add(id);
	}
	return new Set([...names].slice(0, max.names));
}

/** A mention counts by its `href`; without one, by a name that has a domain. */
function addMention(names: Set<string>, mention: Json): void {
	const name = idOf(mention["href"]) ?? textOf(mention["name"]);
	if (name !== undefined) names.add(name);
}
