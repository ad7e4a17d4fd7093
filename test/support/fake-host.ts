import { visibilityOf } from "#core/bridging/outgoing/visibility.ts";
import { type AccountId, bridgeName, type ChannelId, type MessageId, mintId } from "#core/ids.ts";
import type { Account } from "#core/model/account.ts";
import { type Channel, type ChannelKind, ownerOf } from "#core/model/channel.ts";
import { type Group, groupPermissions, timelinePermissions } from "#core/model/group.ts";
import type { Message } from "#core/model/message.ts";
import type { TierId } from "#core/model/tier.ts";
import { builtInTiers, type TierRules } from "#core/model/tier.ts";
import type { Addressed, Delivery } from "#core/ports/bridge/delivery.ts";
import type { BridgeHost } from "#core/ports/bridge/host.ts";
import type { OpenChannel } from "#core/ports/bridge/messages.ts";
import type { Received, RemoteEvent } from "#core/ports/bridge/remote-event.ts";
import type { Slice } from "#core/ports/bridge/slice.ts";
import { createHttpClient } from "../../src/outbound/http-client.ts";
import { createSocketClient } from "../../src/outbound/socket.ts";
import { createText } from "../../src/text/text.ts";
import { memoryState } from "./memory-state.ts";
import { silentLogger } from "./silent-logger.ts";

type Place = { readonly channel: Channel; readonly group: Group };
type StoredMessage = { message: Message; author: Account; parent?: Addressed; mentions: readonly Account[] };

/** A host in memory, on which a bridge runs without a core. Events from the bridge are in `received`. */
export interface FakeHost extends BridgeHost {
	readonly clock: { time: number; now(): number };
	readonly received: RemoteEvent[];
	readonly accounts: Map<string, Account>;
	readonly said: Map<string, StoredMessage>;
	readonly memberships: { readonly channel: ChannelId; readonly account: Account }[];
	readonly events: Map<string, Delivery>;
	/** The result of `receive`; a second event with the same id is a duplicate. */
	answer: Received;
	/** The number of reads of state and accounts, which hot paths must avoid. */
	reads: number;
	person(handle: string, fields?: Partial<Account>): Account;
	channel(owner: Account, tier: TierId, name?: string): Place;
	timeline(account: Account): Place;
	say(
		author: Account,
		place: Place,
		text: string,
		fields?: Partial<Message> & { parent?: Message; mentioned?: readonly Account[] },
	): Message;
	/** The delivery that a core would pass to `deliver` for a message. */
	delivery(message: Message, target: string): Extract<Delivery, { kind: "message" }>;
}

export function createFakeHost(origin = "https://here.example"): FakeHost {
	const clock = { time: Date.now(), now: () => clock.time };
	const places = new Map<string, Place>();
	const domain = new URL(origin).host;
	const accounts = new Map<string, Account>();
	const said = new Map<string, StoredMessage>();
	const seen = new Set<string>();
	let seq = 0;
	const rulesOf = ({ channel }: Place): TierRules =>
		(builtInTiers.find(({ id }) => id === channel.tier) as (typeof builtInTiers)[number]).rules;
	function openChannelOf(place: Place | undefined): OpenChannel | undefined {
		if (place === undefined || place.channel.kind === "shadow") return undefined;
		const rules = rulesOf(place);
		return rules.read === "anyone" ? { ...place, visibility: visibilityOf(rules), isListed: rules.search } : undefined;
	}
	const saidIn = (channel: ChannelId) =>
		[...said.values()].map(({ message }) => message).filter((message) => message.channel === channel);
	const find = (test: (account: Account) => boolean) => [...accounts.values()].find(test);

	const host: FakeHost = {
		about: {
			bridge: bridgeName("activitypub"),
			origin,
			domain,
			authorizedFetch: false,
			instance: { name: "Here", description: "A place for tests", version: "0.0.1", openRegistration: false },
		},
		clock,
		logger: silentLogger,
		http: createHttpClient({ insecureLocalhost: true, userAgent: "test" }),
		socket: createSocketClient({ allow: [], deny: [], insecureLocalhost: true }),
		text: createText(),
		limits: { bodyBytes: 1024 * 1024, jsonDepth: 64, jsonNodes: 10_000 },
		received: [],
		accounts,
		said,
		memberships: [],
		events: new Map(),
		answer: { status: "accepted" },
		reads: 0,
		async receive(events) {
			return events.map((event): Received => {
				if (seen.has(event.id)) return { status: "duplicate" };
				seen.add(event.id);
				host.received.push(event);
				return host.answer;
			});
		},
		heardFrom() {},
		report() {},
		people: {
			account: async (id) => (host.reads++, accounts.get(id)),
			byHandle: async (handle, at) => find((account) => account.handle === handle && account.domain === at),
			byRemote: async (remote) => (host.reads++, find((account) => account.origin?.id === remote)),
			members: async (channel, { after, limit }) =>
				slice(
					host.memberships.filter((m) => m.channel === channel).map((m) => m.account),
					after,
					limit,
				),
			memberCount: async (channel) => host.memberships.filter((m) => m.channel === channel).length,
			following: async () => ({ items: [] }),
			followingCount: async () => 0,
			usage: async () => ({ users: accounts.size, activeMonth: 0, activeHalfyear: 0, posts: said.size }),
		},
		messages: {
			openChannel: async (id) => openChannelOf(places.get(id)),
			openChannelByHandle: async (handle) =>
				openChannelOf([...places.values()].find(({ channel }) => channel.handle === handle && channel.kind === "room")),
			async openMessage(id) {
				const found = said.get(id);
				const place = found && places.get(found.message.channel);
				const open = openChannelOf(place);
				return found === undefined || open === undefined ? undefined : { ...found, ...open };
			},
			openMessages: async (channel, { before, limit }) => slice(saidIn(channel).reverse(), before, limit),
			openReplies: async (id, { after, limit }) =>
				slice(
					[...said.values()].map((s) => s.message).filter((m) => m.reply?.to === id),
					after,
					limit,
				),
			openEvent: async (id) => host.events.get(id),
			postedBy: ({ channel, seq }) => `${channel}/${seq}`,
			byRemote: async (remote) => [...said.values()].find(({ message }) => message.origin?.id === remote)?.message,
			count: async (channel) => {
				const { channel: place } = places.get(channel) as Place;
				const owner = ownerOf(place);
				const isCounted = ({ author, deletedAt }: Message) =>
					deletedAt === undefined && (owner === undefined || author === owner);
				return saidIn(channel).filter(isCounted).length;
			},
		},
		portals: { all: async () => [], byRoom: async () => undefined, ofRoom: async () => [] },
		state: memoryState(() => host.reads++),
		secrets: memoryState(() => host.reads++),

		person(handle, fields = {}) {
			const id = mintId("usr", clock.now());
			const account: Account = {
				id,
				handle,
				domain,
				kind: "person",
				profile: { displayName: handle },
				group: mintId("grp", clock.now()),
				timeline: mintId("chn", clock.now()),
				bridgeable: true,
				createdAt: clock.now(),
				updatedAt: clock.now(),
				...fields,
			};
			accounts.set(account.id, account);
			const group = makeGroup(account, { id: account.group, personal: account.id, permissions: timelinePermissions });
			places.set(account.timeline, {
				group,
				channel: makeChannel(group, "discoverable", {
					id: account.timeline,
					handle,
					kind: "timeline",
					owner: account.id,
				}),
			});
			return account;
		},
		channel(owner, tier, name = "general") {
			const group = makeGroup(owner, {});
			const place = { group, channel: makeChannel(group, tier, { name, handle: `guild-${name}` }) };
			places.set(place.channel.id, place);
			return place;
		},
		timeline: (account) => places.get(account.timeline) as Place,
		say(author, { channel, group }, text, { parent, mentioned = [], ...fields } = {}) {
			seq++;
			const message: Message = {
				id: mintId("msg", clock.now()) as MessageId,
				group: group.id,
				channel: channel.id,
				author: author.id,
				type: "memo",
				content: { text, mime: "text/plain" },
				...(parent === undefined ? {} : { reply: { to: parent.id, author: parent.author } }),
				mentions: mentioned.map((account) => account.id),
				tags: [],
				metadata: [],
				seq,
				at: clock.now(),
				editUntil: clock.now(),
				texts: [seq],
				reactions: [],
				replies: 0,
				changed: seq,
				...fields,
			};
			const parentAuthor = parent && (accounts.get(parent.author) as Account);
			const above =
				parent === undefined || parentAuthor === undefined
					? {}
					: { parent: { message: parent, author: parentAuthor, remote: [] } };
			said.set(message.id, { message, author, mentions: mentioned, ...above });
			return message;
		},
		delivery(message, target) {
			const { author, mentions, parent } = said.get(message.id) as StoredMessage;
			const place = places.get(message.channel) as Place;
			return {
				kind: "message",
				id: `${message.channel}/${message.seq}`,
				reach: { bridge: host.about.bridge, target, lane: `activitypub:${URL.parse(target)?.host ?? ""}` },
				at: message.at,
				actor: author,
				...(message.origin === undefined ? {} : { origin: message.origin.bridge }),
				...place,
				visibility: visibilityOf(rulesOf(place)),
				subject: { message, author, remote: [] },
				mentions,
				...(parent === undefined ? {} : { parent }),
			};
		},
	};

	function makeGroup(owner: Account, fields: Partial<Group>): Group {
		const id = mintId("grp", clock.now());
		const dated = { createdAt: clock.now(), updatedAt: clock.now() };
		return {
			id,
			stream: id,
			name: "Guild",
			slug: "guild",
			description: "",
			owner: owner.id as AccountId,
			joinPolicy: "open",
			permissions: groupPermissions,
			...dated,
			...fields,
		};
	}

	function makeChannel(group: Group, tier: TierId, fields: Partial<Channel> & Partial<ChannelKind>): Channel {
		return {
			id: mintId("chn", clock.now()),
			group: group.id,
			stream: group.stream,
			name: "timeline",
			handle: "",
			type: "text",
			tier,
			topic: "",
			tags: [],
			allowedTypes: ["memo", "article", "message"],
			createdAt: clock.now(),
			updatedAt: clock.now(),
			...(fields.kind === undefined ? { kind: "room" as const } : {}),
			...fields,
		} as Channel;
	}
	return host;
}

function slice<T>(all: readonly T[], after: string | undefined, limit: number): Slice<T> {
	const start = after === undefined ? 0 : Number(after);
	const items = all.slice(start, start + limit);
	return start + limit < all.length ? { items, next: String(start + limit) } : { items };
}
