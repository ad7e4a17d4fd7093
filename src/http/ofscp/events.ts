import { z } from "zod";
import { streamOf } from "../base/answers.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { wireEvent } from "./live-events.ts";

const streaming = operation("streamEvents", "Receive events as they happen, as Server-Sent Events", {
	query: z.object({
		channels: z
			.string()
			.max(8000)
			.transform((text) => [...new Set(text.split(",").filter((id) => id !== ""))])
			.optional()
			.meta({ description: "Ids of channels, separated by commas; if absent, all that you follow." }),
		lastEventId: z.string().max(8192).optional().meta({ description: "Alternative to the header Last-Event-ID." }),
	}),
	reads: ["Last-Event-ID"],
	answers: { 200: streamOf("text/event-stream", wireEvent) },
	errors: ["not_found", "too_many_streams"],
});

export const eventRoutes = (services: Services) => [
	route("GET", "/api/events", "participant", "stream", streaming, (call) => open(services, call)),
];

/** The stream of live events (OFSCP §6.4). */
async function open(
	{ events }: Services,
	{ principal, query, header }: CallOf<typeof streaming>,
): Promise<AnswerOf<typeof streaming>> {
	const { channels, lastEventId } = query;
	const resume = header("Last-Event-ID") ?? lastEventId;
	const body = await events.open(principal, {
		...(channels === undefined || channels.length === 0 ? {} : { channels }),
		...(resume === undefined ? {} : { resume }),
	});
	// Tells proxies not to buffer events.
	return { status: 200, body, headers: { "Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no" } };
}
