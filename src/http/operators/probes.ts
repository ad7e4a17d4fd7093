import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, Middleware } from "koa";
import { Unauthenticated, Unavailable } from "#core/errors.ts";
import type { Metrics, MetricsAccess } from "../base/metrics.ts";
import type { Health } from "../base/services.ts";

/** Liveness: the process runs. Whether it accepts requests is answered by `/readyz`. A restart mends no database, so none is asked. */
export const alive: Middleware = (ctx) => {
	ctx.state.route = "probe";
	ctx.set("Cache-Control", "no-store");
	ctx.type = "json";
	ctx.body = JSON.stringify({ status: "ok" });
};

/**
 * Readiness: 200 while requests are accepted; 503 while recovering after a start, while draining before a stop, and while the store can't be
 * read or written. What is wrong with the store is in the log, since anyone may ask. A clock that is behind the log is reported, but stops
 * nothing.
 */
export const ready =
	(health: Health): Middleware =>
	async (ctx) => {
		ctx.state.route = "probe";
		const state = health.state();
		if (state !== "ready") throw new Unavailable(`The provider is ${state}`);
		if ((await health.storeTrouble()) !== undefined) throw new Unavailable("The database can't be used now");
		ctx.set("Cache-Control", "no-store");
		const clock = await health.clockTrouble?.();
		ctx.type = "json";
		ctx.body = JSON.stringify({ status: state, ...(clock === undefined ? {} : { clock }) });
	};

/**
 * The metrics, for those who may read them.
 *
 * @param countFailure counts a wrong token against the address that sent it; it throws when there were too many
 */
export const measured =
	(
		metrics: Metrics,
		access: Exclude<MetricsAccess, "closed">,
		countFailure: (ctx: Context) => Promise<void> = async () => {},
	): Middleware =>
	async (ctx) => {
		ctx.state.route = "probe";
		ctx.set("Cache-Control", "no-store");
		if (access !== "open" && !isSame(ctx.get("Authorization"), `Bearer ${access.token}`)) {
			await countFailure(ctx);
			throw new Unauthenticated("The token of metrics.token is needed");
		}
		const { type, text } = await metrics.expose();
		ctx.body = text;
		ctx.set("Content-Type", type);
	};

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const isSame = (left: string, right: string): boolean => timingSafeEqual(digest(left), digest(right));
