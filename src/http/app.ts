import Router from "@koa/router";
import Koa, { type Middleware } from "koa";
import { MethodNotAllowed, Unavailable } from "#core/errors.ts";
import type { AnyRoute } from "./base/route.ts";
import type { Services } from "./base/services.ts";
import { bridgeDoor } from "./bridge-door.ts";
import { createDispatch, segmentOf } from "./dispatch.ts";
import { crossOrigin } from "./middleware/cross-origin.ts";
import { problems } from "./middleware/problem.ts";
import { createRateLimits, type RateLimits } from "./middleware/rate-limits.ts";
import { requestLog } from "./middleware/request-log.ts";
import { runRoute } from "./middleware/run-route.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { openEvents } from "./ofscp/events.ts";
import { ofscpRoutes } from "./ofscp/routes.ts";
import { shortGroup } from "./ofscp/short-group.ts";
import { alive, measured, ready } from "./operators/probes.ts";
import { assets } from "./page-kit/assets.ts";
import { accountPages } from "./pages/identity/account-pages.ts";
import { entrancePages } from "./pages/identity/entrance-pages.ts";
import { interactionPages } from "./pages/identity/interaction-pages.ts";
import { recoveryPages } from "./pages/identity/recovery-steps.ts";
import { createPages } from "./pages/pages.ts";
import type { AppServices } from "./services.ts";

/**
 * The HTTP door. A bridge's own paths are answered first, by nobody but the bridge; all else passes the log, the renderer of
 * problems, the security headers and CORS, and then the one router that owns its first segment.
 *
 * @throws {Error} two bridges, or a bridge and Causeway itself, claim the same path
 */
export function createApp(services: AppServices): Koa {
	const { world, bridges, health, limits, metrics, behindProxy } = services;
	const { logger } = world;
	const rates = createRateLimits(limits);
	const pages = createPages(services, rates);
	const entrance = entrancePages(services, rates);
	const interactions = interactionPages(services, rates);
	const oauth = services.oauth.middleware(rates);

	const ours = createDispatch();
	ours.own("healthz", "operators", alive);
	ours.own("readyz", "operators", ready(health));
	ours.own("metrics", "operators", measured(metrics));
	ours.own("", "pages", pages.front);
	ours.own("@", "pages", pages.people);
	ours.own("c", "pages", pages.channel);
	ours.own("assets", "pages", assets);
	ours.own("login", "pages", entrance);
	ours.own("signup", "pages", entrance);
	ours.own("account", "pages", accountPages(services, rates));
	ours.own("recover", "pages", recoveryPages(services, rates));
	ours.own("oauth", "OAuth", (ctx, next) => interactions(ctx, () => oauth(ctx, next)));
	for (const document of ["openid-configuration", "oauth-authorization-server", "jwks.json"])
		ours.own(`.well-known/${document}`, "OAuth", oauth);
	ours.own("grp_", "OFSCP", shortGroup);
	ours.own("api/events", "events", only("GET", openEvents(services, rates)));
	for (const [segment, table] of bySegment(ofscpRoutes(services)))
		ours.own(segment, "OFSCP", routerOf(table, services, rates));

	const theirs = createDispatch();
	for (const bridge of bridges) {
		const door = requestLog(logger, metrics);
		const answer = bridgeDoor(bridge, { site: world, logger, health, rates });
		for (const path of bridge.paths) {
			ours.own(path, `the bridge ${bridge.name}`, answer);
			theirs.own(path, `the bridge ${bridge.name}`, (ctx) => door(ctx, () => answer(ctx, done)));
		}
	}

	// Of X-Forwarded-For only the last is what our proxy has seen; the ones before it are what the caller has written.
	const app = new Koa({ proxy: behindProxy, maxIpsCount: 1, keys: [...services.oauth.cookieKeys] });
	// Whatever gets here has not been answered and can't be any more.
	app.on("error", (error: unknown) => logger.warn({ err: error }, "A response broke off"));
	app.use(theirs.middleware());
	app.use(requestLog(logger, metrics));
	app.use(securityHeaders(world.origin));
	app.use(crossOrigin());
	app.use(problems({ site: world, logger, asPage: pages.problem }));
	app.use(whileServing(services));
	app.use(ours.middleware());
	return app;
}

const done = async (): Promise<void> => {};

/** Tables by the segment that their paths begin with, in the order of the tables. */
function bySegment(table: readonly AnyRoute[]): ReadonlyMap<string, readonly AnyRoute[]> {
	const segments = new Map<string, AnyRoute[]>();
	for (const line of table) {
		const segment = segmentOf(line.path);
		segments.set(segment, [...(segments.get(segment) ?? []), line]);
	}
	return segments;
}

function routerOf(table: readonly AnyRoute[], services: Services, rates: RateLimits): Middleware {
	const router = new Router();
	for (const line of table)
		router.register(
			line.path,
			[line.method, ...(line.method === "GET" ? ["HEAD"] : [])],
			runRoute(line, services, rates),
		);
	const routes = router.routes() as unknown as Middleware;
	return async (ctx, next) => {
		const { path, route } = router.match(ctx.path, ctx.method);
		if (!route && path.length > 0)
			throw new MethodNotAllowed([...new Set(path.flatMap((layer) => layer.methods))].join(", "));
		await routes(ctx, next);
	};
}

/** @throws {MethodNotAllowed} */
const only =
	(method: string, answer: Middleware): Middleware =>
	(ctx, next) => {
		if (ctx.method !== method) throw new MethodNotAllowed(method);
		return answer(ctx, next);
	};

/** While the process is ending, what still comes in on open connections is sent to try again elsewhere, or later. */
const whileServing =
	({ health }: Services): Middleware =>
	async (ctx, next) => {
		const isProbe = ctx.path === "/healthz" || ctx.path === "/readyz" || ctx.path === "/metrics";
		if (health.state() === "draining" && !isProbe) {
			ctx.set("Connection", "close");
			throw new Unavailable("The provider is stopping");
		}
		await next();
	};
