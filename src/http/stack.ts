import Koa, { type Middleware } from "koa";
import { Unavailable } from "#core/errors.ts";
import { callerAddress } from "./base/caller-address.ts";
import { assertDisjoint, dispatch } from "./base/dispatch.ts";
import type { Door } from "./base/door.ts";
import type { Services } from "./base/services.ts";
import { crossOrigin } from "./middleware/cross-origin.ts";
import { notModified } from "./middleware/not-modified.ts";
import { type ProblemOptions, problems } from "./middleware/problem.ts";
import { requestLog } from "./middleware/request-log.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import type { AppServices } from "./services.ts";

export interface Doors extends Pick<ProblemOptions, "asPage"> {
	/** Handled first, without the middleware of the other doors. */
	readonly bridges: readonly Door[];
	/** Also answered while the process is stopping. */
	readonly probes: readonly Door[];
	readonly doors: readonly Door[];
}

type StackServices = Pick<Services, "context" | "health" | "metrics" | "behindProxy"> & {
	readonly oauth: Pick<AppServices["oauth"], "cookieKeys">;
};

/**
 * Puts the common middleware before all doors: the log, security headers, CORS, problems and conditional requests. A path
 * that no door owns gets 404.
 *
 * @throws {Error} two doors own the same paths
 */
export function stackOf(
	{ context, health, metrics, behindProxy, oauth }: StackServices,
	{ bridges, probes, doors, asPage }: Doors,
): Koa {
	const { logger } = context;
	assertDisjoint([...probes, ...doors, ...bridges]);
	const app = new Koa({ proxy: behindProxy, keys: [...oauth.cookieKeys] });
	// Koa would return any text that a proxy writes.
	Object.defineProperty(app.request, "ip", {
		get(this: Koa.Request) {
			return callerAddress(this.req, behindProxy);
		},
	});
	// It is too late for a problem response: the connection has been destroyed.
	app.on("error", (error: NodeJS.ErrnoException) => {
		if (!hasHungUp(error)) logger.warn({ err: error }, "A response broke off");
	});
	app.use(dispatch(bridges));
	app.use(requestLog(logger, metrics));
	app.use(securityHeaders(context.origin));
	app.use(crossOrigin());
	app.use(problems({ site: context, logger, asPage }));
	app.use(notModified);
	app.use(dispatch(probes));
	app.use(whileServing(health));
	app.use(dispatch(doors));
	return app;
}

/** Clients may disconnect at any time, which is not an error. */
const hasHungUp = ({ code = "" }: NodeJS.ErrnoException): boolean => /^(ECONNRESET|EPIPE|HPE_\w+)$/.test(code);

/** While the process is stopping, requests on open connections get 503, so that clients retry later. */
const whileServing =
	(health: Services["health"]): Middleware =>
	async (ctx, next) => {
		if (health.state() === "draining") {
			ctx.set("Connection", "close");
			throw new Unavailable("The provider is stopping");
		}
		await next();
	};
