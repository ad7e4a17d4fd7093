import { type Account, type BridgeHost, cleanName, type RemotePerson } from "#bridge-kit";
import {
	booleanOf,
	firstOf,
	idOf,
	isJson,
	type Json,
	knownTypeOf,
	listOf,
	originOf,
	sameOrigin,
	textOf,
	textOrMap,
	urlOf,
} from "../reading.ts";
import { type ActorType, actorTypes } from "../vocabulary.ts";

const maxName = 100;
const maxBio = 20_000;

/** A person's handle: proven by WebFinger, or proposed for a ghost on our own domain. */
export interface Handle {
	readonly handle: string;
	readonly domain?: string;
}

/** Whether a document is an actor with an inbox. */
export const isActor = (document: Json): boolean =>
	knownTypeOf(document, actorTypes) !== undefined && urlOf(document["inbox"]) !== undefined;

/**
 * Whether a document is the actor of a whole server, which signs for all of its people: an `Application`, or an actor that is named like
 * its host, whatever its type is.
 */
export function isInstanceActor(document: Json): boolean {
	const url = URL.parse(idOf(document) ?? "");
	const name = textOf(document["preferredUsername"])?.toLowerCase();
	if (knownTypeOf(document, actorTypes) === "Application") return true;
	return url !== null && (name === url.host || name === url.hostname);
}

/** Converts an actor to a remote person. The document must have been fetched under its own id. */
export function personOf(
	host: Pick<BridgeHost, "about" | "text">,
	document: Json,
	handle: Handle,
): RemotePerson | undefined {
	const id = idOf(document);
	const inbox = urlOf(document["inbox"]);
	const type = knownTypeOf(document, actorTypes);
	if (id === undefined || inbox === undefined || type === undefined) return undefined;
	const bio = (textOrMap(document, "summary") ?? "").slice(0, maxBio);
	const avatar = urlOf(imageOf(document["icon"]));
	const page = urlOf(document["url"]);
	return {
		id,
		...handle,
		kind: kinds[type],
		profile: {
			displayName: nameOf(document) ?? handle.handle,
			...(bio === "" ? {} : { bio: host.text.sanitize(bio) }),
			...(avatar?.startsWith("https:") === true ? { avatar } : {}),
		},
		...(page === undefined ? {} : { url: page }),
		reach: reachOf(host, inbox, urlOf(firstEndpoint(document))),
		bridgeable:
			!listOf(document["bridgeable"]).some((value) => booleanOf(value) === false) &&
			!host.text.fromHtml(bio).toLowerCase().includes("#nobridge"),
	};
}

/** The remote person behind a shadow account, as described when the actor was last fetched. */
export function personOfAccount(account: Account, ownDomain: string): RemotePerson | undefined {
	const { origin, handle, domain, profile, kind, reach, bridgeable } = account;
	if (origin === undefined) return undefined;
	return {
		id: origin.id,
		handle,
		...(domain === ownDomain ? {} : { domain }),
		kind,
		profile,
		...(origin.url === undefined ? {} : { url: origin.url }),
		...(reach === undefined ? {} : { reach }),
		bridgeable,
	};
}

/** The handle on our own domain for a person without a proven one: `<name>_<host>`, shortened to fit. */
export function ghostHandle(document: Json): Handle {
	const clean = (text: string, max: number): string =>
		text
			.toLowerCase()
			.replaceAll(/[^a-z0-9.-]+/g, "-")
			.replace(/^[-.]+/, "")
			.slice(0, max);
	const host = URL.parse(idOf(document) ?? "")?.host ?? "";
	const handle = `${clean(textOf(document["preferredUsername"]) ?? "someone", 15) || "someone"}_${clean(host, 16)}`;
	return { handle: handle.replace(/[.-]+$/, "") };
}

const kinds: Readonly<Record<ActorType, RemotePerson["kind"]>> = {
	Person: "person",
	Group: "group",
	Organization: "group",
	Service: "service",
	Application: "service",
};

function nameOf(document: Json): string | undefined {
	// AS2 defines names as plain text: nothing in one is markup.
	const name = cleanName(cleanName((textOrMap(document, "name") ?? "").slice(0, 1000)).slice(0, maxName));
	return name === "" ? undefined : name;
}

function firstEndpoint(document: Json): unknown {
	const endpoints = firstOf(document["endpoints"]);
	return isJson(endpoints) ? endpoints["sharedInbox"] : undefined;
}

/** The URL of an icon: a URL, an Image with a `url`, or a Link. */
function imageOf(icon: unknown): unknown {
	const image = firstOf(icon);
	return isJson(image) ? (image["url"] ?? image["href"]) : image;
}

/** One lane per host. A shared inbox is used only on the origin of the inbox, so that no actor can name another server's. */
function reachOf(host: Pick<BridgeHost, "about">, inbox: string, sharedInbox: string | undefined) {
	const target = sharedInbox !== undefined && sameOrigin(sharedInbox, inbox) ? sharedInbox : inbox;
	return { bridge: host.about.bridge, target, lane: laneOf(target) };
}

/** The lane of deliveries to the host of a URL. */
export const laneOf = (url: string): string => `activitypub:${URL.parse(originOf(url) ?? "")?.host ?? ""}`;
