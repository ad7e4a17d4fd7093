import { type ReadablePlace, readableChannel } from "#core/access/readable-place.ts";
import type { CoreContext } from "#core/events/context.ts";
import { readableMessage } from "#core/messages/list-messages.ts";
import type { Message } from "#core/model/message.ts";
import type { Call } from "../base/call.ts";

/** The channel of a call's path. @throws {NotFound} */
export const placeOfCall = (context: CoreContext, { params, reader }: Call): Promise<ReadablePlace> =>
	readableChannel(context, params.g as string, params.c as string, reader);

export async function messageOfCall(
	context: CoreContext,
	call: Call,
): Promise<{ place: ReadablePlace; message: Message }> {
	const place = await placeOfCall(context, call);
	return { place, message: await readableMessage(context, place, call.params.m as string) };
}
