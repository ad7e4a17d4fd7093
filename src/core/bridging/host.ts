import { canRead } from "../access/access.ts";
import { accounts } from "../accounts/account.ts";
import { accountByHandle, accountById, accountByRemote } from "../accounts/find-account.ts";
import { Unavailable } from "../errors.ts";
import type { World } from "../events/world.ts";
import { channelByHandle } from "../groups/find-channel.ts";
import { memberships } from "../groups/membership.ts";
import { type Place, placeOf } from "../groups/place.ts";
import type { AccountId, BridgeName, ChannelId } from "../ids.ts";
import { listMessages, listReplies, messageWithPlace } from "../messages/list-messages.ts";
import { messages } from "../messages/message.ts";
import { type Message, type Position } from "../model/message.ts";
import type { BridgeState } from "../ports/bridge/bridge.ts";
import type { Delivery } from "../ports/bridge/delivery.ts";
import type { BridgeHost, Slice } from "../ports/bridge/host.ts";
import type { HttpClient } from "../ports/http-client.ts";
import { StoreUnavailable } from "../ports/store.ts";
import type { Sealing } from "../vault.ts";
import { messageByRemote } from "./find-message.ts";
import type { Incoming } from "./incoming/receive.ts";
import { accountsOf, addressed, prepare } from "./outgoing/prepare.ts";
import { portalByRoom, portalsOfBridge } from "./portals/find-portal.ts";
import { createBridgeState } from "./state.ts";

export interface HostParts {
	readonly name: BridgeName;
	readonly world: World;
	readonly incoming: () => Incoming;
	readonly http: HttpClient;
	readonly sealing: Sealing;
	readonly instance: BridgeHost["instance"];
	readonly limits: BridgeHost["limits"];
	readonly report: (state: BridgeState) => void;
}

/** The core as one bridge sees it. What is not open to everybody does not exist here. */
export function createBridgeHost({
	name,
	world,
	incoming,
	http,
	sealing,
	instance,
	limits,
	report,
}: HostParts): BridgeHost {
	const { store } = world;

	/** A place that anybody may read. What others wrote elsewhere is theirs to publish. */
	async function open(place: Place | undefined): Promise<Place | undefined> {
		return place !== undefined && (await canRead(world, place, undefined)) ? place : undefined;
	}
	const slice = <T>(items: readonly T[], limit: number, next: (last: T) => string): Slice<T> => {
		const last = items.at(-1);
		return items.length < limit || last === undefined ? { items } : { items, next: next(last) };
	};
	const messageSlice = (items: readonly Message[], limit: number): Slice<Message> =>
		slice(items, limit, ({ at, seq }) => `${at},${seq}`);
	const place = (text: string | undefined): { after?: Position } => {
		if (text === undefined) return {};
		const [at, seq] = cursor(text);
		return { after: { at, seq: /^\d{1,15}$/.test(seq) ? Number(seq) : 0 } };
	};

	return {
		name,
		origin: world.origin,
		domain: world.domain,
		instance,
		clock: world.clock,
		logger: world.logger.child({ bridge: name }),
		http,
		text: world.text,
		limits,
		async receive(events) {
			try {
				return await incoming().receive(name, events);
			} catch (error) {
				if (error instanceof StoreUnavailable) throw new Unavailable("Nothing can be stored now", 5, error);
				throw error;
			}
		},
		report,
		account: (id) => accountById(world, id),
		accountByHandle: (handle, domain) => accountByHandle(world, handle, domain),
		accountByRemote: (remote) => accountByRemote(world, name, remote),
		openChannel: async (id) => open(await placeOf(world, id)),
		openChannelByHandle: async (handle) => open(await channelByHandle(world, handle)),
		async openMessage(id) {
			const found = await messageWithOpenPlace(world, id);
			if (found === undefined) return undefined;
			const { message, place } = found;
			const author = await accountById(world, message.author);
			const above = message.reply === undefined ? undefined : (await store.get(messages, message.reply.to))?.doc;
			const parent = above === undefined ? undefined : await addressed(world, name, above);
			if (author === undefined) return undefined;
			return {
				message,
				author,
				...place,
				mentions: await accountsOf(world, message.mentions),
				...(parent === undefined ? {} : { parent }),
			};
		},
		messageByRemote: (remote) => messageByRemote(world, name, remote),
		async openMessages(channel, { before, limit }) {
			if ((await open(await placeOf(world, channel))) === undefined) return { items: [] };
			return messageSlice(
				await listMessages(world, channel, { ...place(before), direction: "backward", limit }),
				limit,
			);
		},
		async openReplies(id, { after, limit }) {
			if ((await messageWithOpenPlace(world, id)) === undefined) return { items: [] };
			return messageSlice(await listReplies(world, id, { ...place(after), limit }), limit);
		},
		async members(channel, { after, limit }) {
			const prefix = [channel, "joined"];
			const page = await store.page(memberships, {
				index: "place",
				prefix,
				order: "asc",
				limit,
				...(after === undefined ? {} : { after: [...prefix, ...cursor(after)] }),
			});
			const people = await accountsOf(
				world,
				page.map(({ doc }) => doc.account),
			);
			return { items: people, ...nextOf(page, limit, ({ since, account }) => [since, account]) };
		},
		memberCount: (channel) => store.count(memberships, "place", [channel, "joined"]),
		async following(account, { after, limit }) {
			const prefix = [account, "chn", "joined"];
			const page = await store.page(memberships, {
				index: "account",
				prefix,
				order: "asc",
				limit,
				...(after === undefined ? {} : { after: [...prefix, ...cursor(after)] }),
			});
			const owners = await Promise.all(
				page.map(async ({ doc }) => (await placeOf(world, doc.place as ChannelId))?.channel.timelineOf),
			);
			const people = await accountsOf(
				world,
				owners.filter((id): id is AccountId => id !== undefined && id !== account),
			);
			return { items: people, ...nextOf(page, limit, ({ since, place: at }) => [since, at]) };
		},
		followingCount: (account) => store.count(memberships, "account", [account, "chn", "joined"]),
		messageCount: (channel) => store.count(messages, "channel", [channel]),
		async usage() {
			return {
				accounts: await store.count(accounts, "local", []),
				messages: await store.count(messages, "channel", []),
			};
		},
		async openEvent(id) {
			const event = await store.event(id);
			const prepared = event === undefined ? undefined : await prepare(world, name, event);
			if (prepared === undefined || !("channel" in prepared)) return undefined;
			const isOpen =
				"subject" in prepared ? await messageWithOpenPlace(world, prepared.subject.message.id) : await open(prepared);
			if (isOpen === undefined) return undefined;
			return { ...prepared, reach: { bridge: name, target: "", lane: "" } } as Delivery;
		},
		portals: () => portalsOfBridge(world, name),
		portalByRoom: (room) => portalByRoom(world, name, room),
		state: createBridgeState(world, name),
		secrets: createBridgeState(world, `${name}!`, sealing),
	};
}

/**
 * A message that may be shown outside: in an open channel, or ours in the timeline of somebody elsewhere (its home asks for
 * it), never one that is theirs.
 */
async function messageWithOpenPlace(
	world: World,
	id: Message["id"],
): Promise<{ message: Message; place: Place } | undefined> {
	const message = (await world.store.get(messages, id))?.doc;
	if (message === undefined) return undefined;
	const found = await messageWithPlace(world, id, undefined);
	if (found !== undefined) return found;
	const place = await placeOf(world, message.channel);
	return place?.channel.shadow === true && message.origin === undefined ? { message, place } : undefined;
}

const cursor = (text: string): readonly [number, string] => {
	const [first = "", second = ""] = text.split(",");
	const number = Number(first);
	// Whatever somebody made up stands behind everything: an empty page.
	return Number.isSafeInteger(number) && /^[\w-]{1,100}$/.test(second)
		? [number, second]
		: [Number.MAX_SAFE_INTEGER, ""];
};

function nextOf<T>(
	page: readonly { readonly doc: T }[],
	limit: number,
	key: (doc: T) => readonly [number, string],
): { next?: string } {
	const last = page.at(-1);
	return last === undefined || page.length < limit ? {} : { next: key(last.doc).join(",") };
}
