import type { Door } from "../base/door.ts";
import type { Services } from "../base/services.ts";
import { tableDoor } from "../base/table-door.ts";
import type { RateLimits } from "../middleware/rate-limits.ts";
import { alive, measured, ready } from "./probes.ts";

/** Probes and metrics for operators and their monitoring. */
export const operatorsDoor = (
	{ health, metrics, metricsAccess }: Pick<Services, "health" | "metrics" | "metricsAccess">,
	rates: RateLimits,
): Door =>
	tableDoor("operators", "first", [
		{ method: "GET", path: "/healthz", answer: alive },
		{ method: "GET", path: "/readyz", answer: ready(health) },
		...(metricsAccess === "closed"
			? []
			: [
					{
						method: "GET" as const,
						path: "/metrics",
						answer: measured(metrics, metricsAccess, async (ctx) => {
							if (ctx.get("Authorization") !== "") await rates.count(ctx, "auth", ctx.ip);
						}),
					},
				]),
	]);
