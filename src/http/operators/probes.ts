import type { Middleware } from "koa";
import { Unavailable } from "#core/errors.ts";
import type { Metrics } from "../base/metrics.ts";
import type { Health } from "../base/services.ts";

/** Liveness: the process runs. Whether it accepts requests is answered by `/readyz`. */
export const alive: Middleware = (ctx) => {
	ctx.state.route = "probe";
	ctx.set("Cache-Control", "no-store");
	ctx.body = { status: "ok" };
};

/** Readiness: 200 while requests are accepted; 503 while recovering after a start and while draining before a stop. */
export const ready =
	(health: Health): Middleware =>
	(ctx) => {
		ctx.state.route = "probe";
		const state = health.state();
		if (state !== "ready") throw new Unavailable(`The provider is ${state}`);
		ctx.set("Cache-Control", "no-store");
		ctx.body = { status: state };
	};

export const measured =
	(metrics: Metrics): Middleware =>
	async (ctx) => {
		ctx.state.route = "probe";
		const { type, text } = await metrics.expose();
		ctx.body = text;
		ctx.set("Content-Type", type);
	};
