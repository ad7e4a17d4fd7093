import { accountById } from "../../accounts/find-account.ts";
import type { CoreContext } from "../../events/context.ts";
import { channelByHandle } from "../../groups/find-channel.ts";
import { type Place, placeOf } from "../../groups/place.ts";
import type { BridgeName } from "../../ids.ts";
import { listMessages, listReplies } from "../../messages/list-messages.ts";
import { messages } from "../../messages/message.ts";
import { ownerOf } from "../../model/channel.ts";
import type { Message, Position } from "../../model/message.ts";
import type { HostMessages, OpenChannel } from "../../ports/bridge/messages.ts";
import type { Requester } from "../../ports/bridge/requester.ts";
import type { Slice } from "../../ports/bridge/slice.ts";
import { messageByRemote } from "../find-message.ts";
import { accountsOf, withRemoteIds } from "../outgoing/prepare.ts";
import { readCursor, sliceOf } from "./cursor.ts";
import { createOpenEvents } from "./open-event.ts";
import { messageWithOpenPlace, openPlace, toOpenChannel } from "./open-place.ts";

/** Gives a bridge access to open channels and their messages. */
export function createHostMessages(context: CoreContext, bridge: BridgeName): HostMessages {
	const { store } = context;
	async function open(place: Place | undefined, reader?: Requester): Promise<OpenChannel | undefined> {
		const opened = await openPlace(context, place, reader);
		return opened === undefined ? undefined : toOpenChannel(opened);
	}
	return {
		openChannel: async (id, reader) => open(await placeOf(context, id), reader),
		openChannelByHandle: async (handle) => open(await channelByHandle(context, handle)),
		async openMessage(id, reader) {
			const found = await messageWithOpenPlace(context, id, reader);
			if (found === undefined) return undefined;
			const { message, place } = found;
			const author = await accountById(context, message.author);
			const above = message.reply === undefined ? undefined : (await store.get(messages, message.reply.to))?.doc;
			const parent = above === undefined ? undefined : await withRemoteIds(context, bridge, above);
			if (author === undefined) return undefined;
			return {
				message,
				author,
				...toOpenChannel(place),
				mentions: await accountsOf(context, message.mentions),
				...(parent === undefined ? {} : { parent }),
			};
		},
		async openMessages(channel, { before, limit }, reader) {
			const place = await openPlace(context, await placeOf(context, channel), reader);
			if (place === undefined) return { items: [] };
			const window = { ...position(before), direction: "backward", limit } as const;
			return messageSlice(await listMessages(context, place, window), limit);
		},
		async openReplies(id, { after, limit }, reader) {
			const place = await openPlace(context, (await messageWithOpenPlace(context, id, reader))?.place, reader);
			if (place === undefined) return { items: [] };
			return messageSlice(await listReplies(context, place, id, { ...position(after), limit }), limit);
		},
		openEvent: createOpenEvents(context, bridge),
		postedBy: ({ channel, seq, at }) => context.epochs.nameOf({ stream: channel, seq, at }),
		byRemote: (remote) => messageByRemote(context, bridge, remote),
		async count(channel) {
			const place = await placeOf(context, channel);
			const owner = place === undefined ? undefined : ownerOf(place.channel);
			return store.count(messages, "said", owner === undefined ? [channel] : [channel, owner]);
		},
	};
}

const messageSlice = (items: readonly Message[], limit: number): Slice<Message> =>
	sliceOf({ rows: items, items, limit }, ({ at, seq }) => [at, seq]);

function position(text: string | undefined): { after?: Position } {
	if (text === undefined) return {};
	const [at, seq] = readCursor(text);
	return { after: { at, seq: /^\d{1,15}$/.test(seq) ? Number(seq) : 0 } };
}
