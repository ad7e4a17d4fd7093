import Koa, { type Middleware } from "koa";
import { Unavailable } from "#core/errors.ts";
import { assertDisjoint, dispatch } from "./base/dispatch.ts";
import type { Door } from "./base/door.ts";
import type { Services } from "./base/services.ts";
import { bridgeDoor } from "./bridges/door.ts";
import { crossOrigin } from "./middleware/cross-origin.ts";
import { problems } from "./middleware/problem.ts";
import { createRateLimits } from "./middleware/rate-limits.ts";
import { requestLog } from "./middleware/request-log.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { ofscpDoor } from "./ofscp/door.ts";
import { operatorsDoor } from "./operators/door.ts";
import { pagesDoor } from "./pages/door.ts";
import { problemPage } from "./pages/problem-page.ts";
import type { AppServices } from "./services.ts";

/**
 * The HTTP server's doors and what stands before them. A bridge's own paths are answered first, by nobody but the bridge; all
 * else passes the log, the security headers, CORS and the renderer of problems.
 *
 * @throws {Error} two doors own the same paths
 */
export function createApp(services: AppServices): Koa {
	const { world, bridges, limits, metrics, behindProxy, oauth } = services;
	const { logger } = world;
	const rates = createRateLimits(limits);
	const bridgeDoors = bridges.map((bridge) => bridgeDoor(bridge, services, rates));
	const probes = operatorsDoor(services);
	const doors: readonly Door[] = [ofscpDoor(services, rates), oauth.door(rates), pagesDoor(services, rates)];
	assertDisjoint([probes, ...doors, ...bridgeDoors]);

	// Of X-Forwarded-For only the last is what our proxy has seen; the ones before it are what the caller has written.
	const app = new Koa({ proxy: behindProxy, maxIpsCount: 1, keys: [...oauth.cookieKeys] });
	// Whatever gets here has not been answered and can't be any more. A client may hang up whenever it likes.
	app.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") logger.warn({ err: error }, "A response broke off");
	});
	app.use(dispatch(bridgeDoors));
	app.use(requestLog(logger, metrics));
	app.use(securityHeaders(world.origin));
	app.use(crossOrigin());
	app.use(problems({ site: world, logger, asPage: problemPage(services.instance) }));
	app.use(dispatch([probes]));
	app.use(whileServing(services));
	app.use(dispatch(doors));
	return app;
}

/** While the process is ending, what still comes in on open connections is sent to try again elsewhere, or later. */
const whileServing =
	({ health }: Services): Middleware =>
	async (ctx, next) => {
		if (health.state() === "draining") {
			ctx.set("Connection", "close");
			throw new Unavailable("The provider is stopping");
		}
		await next();
	};
