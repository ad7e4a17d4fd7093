import type { Middleware } from "koa";
import type { Logger } from "#core/ports/logger.ts";
import type { Metrics } from "../base/metrics.ts";

/** Bridges and probes send requests all the time: these are logged at level debug only. */
const isQuiet = (route: string): boolean => route.startsWith("bridge ") || route === "probe";

/** Logs and measures each request. Queries and headers are never logged, because they contain secrets. */
export function requestLog(logger: Logger, metrics: Metrics): Middleware {
	return async (ctx, next) => {
		const start = performance.now();
		await next();
		const route: string = ctx.state.route ?? "unknown";
		const seconds = (performance.now() - start) / 1000;
		metrics.observe({ route, method: ctx.method, status: ctx.status }, seconds);
		const level = isQuiet(route) ? "debug" : "info";
		logger[level](
			{ method: ctx.method, path: ctx.path, status: ctx.status, ms: Math.round(seconds * 10_000) / 10 },
			"request",
		);
	};
}
