import {
	type Account,
	type AccountId,
	type BridgeName,
	type Channel,
	type ChannelId,
	type Message,
	type MessageId,
	parseEventName,
	parseId,
} from "#bridge-kit";

/** One of our actors: an account, an open channel, or the provider itself. */
export type LocalActor =
	| { readonly kind: "account"; readonly account: AccountId }
	| { readonly kind: "channel"; readonly channel: ChannelId }
	| { readonly kind: "instance" };

/** What an activity's id is made of: the event that it reports, and which of that event's activities it is. */
export interface ActivityName {
	/** The event's name, as in the id of its delivery. */
	readonly event: string;
	/** The position of the event in its stream. */
	readonly seq: number;
	/** Empty, or `announce`, `share`, `unshare`, `remaining`, `follow-<account>`. */
	readonly suffix: string;
}

/** Mints and parses every URL of this bridge; no other file does. */
export interface Ids {
	readonly origin: string;
	readonly sharedInbox: string;
	readonly instance: string;
	/** The username of the provider's own actor: its host without the port, since a username may not contain one. */
	readonly instanceName: string;
	actor(actor: LocalActor): string;
	/** The actor id of an account: its own in the fediverse, otherwise the one that we publish for it. */
	person(account: Account): string;
	/** The actor of a channel: that of its owner when it is a timeline. */
	channelActor(channel: Channel, owner?: Account): string;
	object(message: Pick<Message, "id" | "origin">): string;
	/** @param event the id of a delivery */
	activity(event: string, suffix?: string): string;
	/** The activity of the event that posted a message. */
	posted(message: Pick<Message, "channel" | "seq" | "at">, suffix?: string): string;
	keyId(actor: string): string;
	pages: {
		account(account: Pick<Account, "handle">): string;
		channel(channel: Pick<Channel, "handle">): string;
		message(author: Pick<Account, "handle">, id: MessageId): string;
		tag(tag: string): string;
	};
	/** Whether an id or URL is on our own origin; remote servers may not make statements about those. */
	isOurs(id: string): boolean;
	parseActor(id: string): LocalActor | undefined;
	/** The handle in the URL of an account's or a channel's page. */
	parsePage(id: string): { readonly kind: "account" | "channel"; readonly handle: string } | undefined;
	/** Parses an object's id or the URL of its page. */
	parseObject(id: string): MessageId | undefined;
	parseActivity(id: string): ActivityName | undefined;
}

/** Only http URLs are parsed; most ids that are not ours fail before that. */
const mayBeOurs = /^https?:\/\//i;

/** @param postedBy the name of the event that posted a message */
export function createIds(
	origin: string,
	bridge: BridgeName,
	postedBy: (message: Pick<Message, "channel" | "seq" | "at">) => string,
): Ids {
	const activity = (event: string, suffix = ""): string =>
		`${origin}/activities/${event.replace("/", "-")}${suffix === "" ? "" : `-${suffix}`}`;
	/** The path of a URL on our origin, without slashes around it, however the URL is written. */
	const pathOf = (id: string): string | undefined => {
		const url = id.startsWith(`${origin}/`) || mayBeOurs.test(id) ? URL.parse(id) : null;
		return url?.origin === origin ? url.pathname.replace(/^\/|\/$/g, "") : undefined;
	};
	const actor = (local: LocalActor): string =>
		local.kind === "account"
			? `${origin}/users/${local.account}`
			: local.kind === "channel"
				? `${origin}/channels/${local.channel}`
				: `${origin}/actor`;
	const person = (account: Account): string =>
		account.origin?.bridge === bridge ? account.origin.id : actor({ kind: "account", account: account.id });

	return {
		origin,
		sharedInbox: `${origin}/inbox`,
		instance: `${origin}/actor`,
		instanceName: new URL(origin).hostname,
		actor,
		person,
		channelActor(channel, owner) {
			if (channel.kind === "room") return actor({ kind: "channel", channel: channel.id });
			return owner === undefined ? actor({ kind: "account", account: channel.owner }) : person(owner);
		},
		object: (message) => (message.origin?.bridge === bridge ? message.origin.id : `${origin}/objects/${message.id}`),
		activity,
		posted: (message, suffix) => activity(postedBy(message), suffix),
		keyId: (id) => `${id}#main-key`,
		pages: {
			account: ({ handle }) => `${origin}/@${handle}`,
			channel: ({ handle }) => `${origin}/c/${handle}`,
			message: ({ handle }, id) => `${origin}/@${handle}/${id}`,
			tag: (tag) => `${origin}/tags/${encodeURIComponent(tag)}`,
		},
		isOurs: (id) => id === origin || id.startsWith(`${origin}/`) || URL.parse(id)?.origin === origin,
		parseActor(id) {
			const [collection, name, ...rest] = pathOf(id)?.split("/") ?? [];
			if (collection === "actor" && name === undefined) return { kind: "instance" };
			if (name === undefined || rest.length > 0) return undefined;
			const account = collection === "users" ? parseId("usr", name) : undefined;
			const channel = collection === "channels" ? parseId("chn", name) : undefined;
			return account !== undefined
				? { kind: "account", account }
				: channel !== undefined
					? { kind: "channel", channel }
					: undefined;
		},
		parsePage(id) {
			const [first = "", second, ...rest] = pathOf(id)?.split("/") ?? [];
			if (rest.length > 0) return undefined;
			const account = second === undefined ? /^(?:@|%40)(.+)$/i.exec(first)?.[1] : undefined;
			const handle = account ?? (first === "c" ? second : undefined);
			return handle === undefined ? undefined : { kind: account === undefined ? "channel" : "account", handle };
		},
		parseObject(id) {
			const [collection, name, ...rest] = pathOf(id)?.split("/") ?? [];
			if (name === undefined || rest.length > 0) return undefined;
			return collection === "objects" || /^(?:@|%40)/i.test(collection ?? "") ? parseId("msg", name) : undefined;
		},
		parseActivity(id) {
			const shape = /^activities\/([^/~-]+)-(\d{1,15}(?:~[0-9a-z]{1,16})?)(?:-([a-z]+(?:-usr_[0-9a-z]{26})?))?$/;
			const [, stream, place, suffix = ""] = shape.exec(pathOf(id) ?? "") ?? [];
			const event = `${stream}/${place}`;
			const parsed = stream === undefined ? undefined : parseEventName(event);
			return parsed === undefined ? undefined : { event, seq: parsed.seq, suffix };
		},
	};
}
