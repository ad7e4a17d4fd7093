import { accountById } from "../../accounts/find-account.ts";
import type { World } from "../../events/world.ts";
import { channelByHandle } from "../../groups/find-channel.ts";
import { type Place, placeOf } from "../../groups/place.ts";
import type { BridgeName } from "../../ids.ts";
import { listMessages, listReplies } from "../../messages/list-messages.ts";
import { messages } from "../../messages/message.ts";
import type { Message, Position } from "../../model/message.ts";
import type { HostMessages, OpenChannel } from "../../ports/bridge/messages.ts";
import type { Slice } from "../../ports/bridge/slice.ts";
import { messageByRemote } from "../find-message.ts";
import { accountsOf, withRemoteIds } from "../outgoing/prepare.ts";
import { readCursor, sliceOf } from "./cursor.ts";
import { createOpenEvents } from "./open-event.ts";
import { messageWithOpenPlace, openPlace, toOpenChannel } from "./open-place.ts";

/** Gives a bridge access to open channels and their messages. */
export function createHostMessages(world: World, bridge: BridgeName): HostMessages {
	const { store } = world;
	async function open(place: Place | undefined): Promise<OpenChannel | undefined> {
		const opened = await openPlace(world, place);
		return opened === undefined ? undefined : toOpenChannel(opened);
	}
	return {
		openChannel: async (id) => open(await placeOf(world, id)),
		openChannelByHandle: async (handle) => open(await channelByHandle(world, handle)),
		async openMessage(id) {
			const found = await messageWithOpenPlace(world, id);
			if (found === undefined) return undefined;
			const { message, place } = found;
			const author = await accountById(world, message.author);
			const above = message.reply === undefined ? undefined : (await store.get(messages, message.reply.to))?.doc;
			const parent = above === undefined ? undefined : await withRemoteIds(world, bridge, above);
			if (author === undefined) return undefined;
			return {
				message,
				author,
				...toOpenChannel(place),
				mentions: await accountsOf(world, message.mentions),
				...(parent === undefined ? {} : { parent }),
			};
		},
		async openMessages(channel, { before, limit }) {
			const place = await openPlace(world, await placeOf(world, channel));
			if (place === undefined) return { items: [] };
			const window = { ...position(before), direction: "backward", limit } as const;
			return messageSlice(await listMessages(world, place, window), limit);
		},
		async openReplies(id, { after, limit }) {
			const place = await openPlace(world, (await messageWithOpenPlace(world, id))?.place);
			if (place === undefined) return { items: [] };
			return messageSlice(await listReplies(world, place, id, { ...position(after), limit }), limit);
		},
		openEvent: createOpenEvents(world, bridge),
		byRemote: (remote) => messageByRemote(world, bridge, remote),
		count: (channel) => store.count(messages, "channel", [channel]),
		totalCount: () => store.count(messages, "channel", []),
	};
}

const messageSlice = (items: readonly Message[], limit: number): Slice<Message> =>
	sliceOf({ rows: items, items, limit }, ({ at, seq }) => [at, seq]);

function position(text: string | undefined): { after?: Position } {
	if (text === undefined) return {};
	const [at, seq] = readCursor(text);
	return { after: { at, seq: /^\d{1,15}$/.test(seq) ? Number(seq) : 0 } };
}
