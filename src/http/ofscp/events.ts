import { z } from "zod";
import { type Answer, type Call, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

const eventsQuery = z.object({
	channels: z
		.string()
		.max(8000)
		.transform((text) => [...new Set(text.split(",").filter((id) => id !== ""))])
		.optional(),
	lastEventId: z.string().max(8192).optional(),
});
type EventsQuery = z.output<typeof eventsQuery>;

const streaming = { query: eventsQuery, streams: "text/event-stream", errors: ["not_acceptable"] };

export const eventRoutes = (services: Services) => [
	route("GET", "/api/events", "participant", "stream", streaming, (call) => open(services, call)),
];

/** The stream of live events (OFSCP §6.4). */
async function open({ events }: Services, { principal, query, header }: Call<EventsQuery>): Promise<Answer> {
	const { channels, lastEventId } = query;
	const resume = header("Last-Event-ID") ?? lastEventId;
	const body = await events.open(principal, {
		...(channels === undefined || channels.length === 0 ? {} : { channels }),
		...(resume === undefined ? {} : { resume }),
	});
	// A proxy that collects answers would keep events back.
	return { status: 200, body, headers: { "Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no" } };
}
