import Koa, { type Middleware } from "koa";
import { Unavailable } from "#core/errors.ts";
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
	/** Answered first, with nothing in between. */
	readonly bridges: readonly Door[];
	/** Answered while the process is stopping, too. */
	readonly probes: readonly Door[];
	readonly doors: readonly Door[];
}

type StackServices = Pick<Services, "context" | "health" | "metrics" | "behindProxy"> & {
	readonly oauth: Pick<AppServices["oauth"], "cookieKeys">;
};

/**
 * Puts what all doors have in common before them: the log, security headers, CORS, problems and conditional requests. A
 * request for a path of no door is 404.
 *
 * @throws {Error} two doors own the same paths
 */
export function stackOf(
	{ context, health, metrics, behindProxy, oauth }: StackServices,
	{ bridges, probes, doors, asPage }: Doors,
): Koa {
	const { logger } = context;
	assertDisjoint([...probes, ...doors, ...bridges]);
	// Of X-Forwarded-For only the last is what our proxy has seen; the ones before it are what the caller has written.
	const app = new Koa({ proxy: behindProxy, maxIpsCount: 1, keys: [...oauth.cookieKeys] });
	// It is too late for another answer: the connection has been cut.
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

/** A client may go away whenever it likes, in the middle of a request too. */
const hasHungUp = ({ code = "" }: NodeJS.ErrnoException): boolean => /^(ECONNRESET|EPIPE|HPE_\w+)$/.test(code);

/** While the process is stopping, requests on open connections are sent to try again elsewhere, or later. */
const whileServing =
	(health: Services["health"]): Middleware =>
	async (ctx, next) => {
		if (health.state() === "draining") {
			ctx.set("Connection", "close");
			throw new Unavailable("The provider is stopping");
		}
		await next();
	};
