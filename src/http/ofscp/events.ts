import type { Middleware } from "koa";
import { z } from "zod";
import { NotAcceptable } from "#core/errors.ts";
import type { Principal } from "#core/identity/principals.ts";
import type { Services } from "../base/services.ts";
import { validate } from "../base/validate.ts";
import { principalOf } from "../middleware/authenticate.ts";
import { identify } from "../middleware/identify.ts";
import type { RateLimits } from "../middleware/rate-limits.ts";
import type { Described } from "./openapi.ts";

const eventsQuery = z.object({
	channels: z
		.string()
		.max(8000)
		.transform((text) => [...new Set(text.split(",").filter((id) => id !== ""))])
		.optional(),
	lastEventId: z.string().max(8192).optional(),
});

/** What the OpenAPI document says of the stream, which no table of routes holds. */
export const eventsRoute = {
	method: "GET",
	path: "/api/events",
	auth: "participant",
	limit: "stream",
	query: eventsQuery,
	errors: ["not_acceptable"],
} as const satisfies Described;

/** `GET /api/events` (OFSCP §6.4): from here on the response belongs to the stream. */
export function openEvents(
	services: Pick<Services, "world" | "federation" | "limits" | "events">,
	rates: RateLimits,
): Middleware {
	return async (ctx) => {
		ctx.state.route = "GET /api/events";
		const principal = (await identify(ctx, rates, () =>
			principalOf(services, ctx, "participant", () => rates.count(ctx, "lookup", ctx.ip)),
		)) as Principal;
		await rates.count(ctx, "stream", principal.account.id);
		if (ctx.accepts("text/event-stream") === false) throw new NotAcceptable("text/event-stream");
		const { channels, lastEventId } = validate(eventsQuery, ctx.query, "");
		const resume = ctx.get("Last-Event-ID") || lastEventId;
		ctx.status = 200;
		await services.events.open(
			principal,
			{
				...(channels === undefined || channels.length === 0 ? {} : { channels }),
				...(resume === undefined ? {} : { resume }),
			},
			ctx.res,
		);
		ctx.respond = false;
	};
}
