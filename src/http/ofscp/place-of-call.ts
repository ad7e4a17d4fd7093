import { type ReadablePlace, readableChannel } from "#core/access/readable-place.ts";
import type { World } from "#core/events/world.ts";
import { readableMessage } from "#core/messages/list-messages.ts";
import type { Message } from "#core/model/message.ts";
import type { Call } from "../base/call.ts";

/** The channel of a call's path. @throws {NotFound} */
export const placeOfCall = (world: World, { params, reader }: Call): Promise<ReadablePlace> =>
	readableChannel(world, params.g as string, params.c as string, reader);

export async function messageOfCall(world: World, call: Call): Promise<{ place: ReadablePlace; message: Message }> {
	const place = await placeOfCall(world, call);
	return { place, message: await readableMessage(world, place, call.params.m as string) };
}
