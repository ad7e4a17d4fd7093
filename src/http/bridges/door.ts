import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Context } from "koa";
import { Unavailable } from "#core/errors.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { BridgeRequest, BridgeResponse } from "#core/ports/bridge/request.ts";
import { ClientGone, readBody } from "../base/body.ts";
import type { Door } from "../base/door.ts";
import type { Services } from "../base/services.ts";
import { streamBody } from "../base/stream-body.ts";
import { answerWithStream } from "../base/write-stream.ts";
import { problemOf, renderProblem } from "../middleware/problem.ts";
import type { RateLimits } from "../middleware/rate-limits.ts";
import { requestLog } from "../middleware/request-log.ts";

/**
 * Hands a request to the bridge that owns its path, with as little in between as there can be: the log, the rate
 * limit of POST requests, and problems in the common format.
 */
export function bridgeDoor(
	bridge: Bridge,
	{ context, health, metrics }: Pick<Services, "context" | "health" | "metrics">,
	rates: RateLimits,
): Door {
	const { logger } = context;

	async function answer(ctx: Context): Promise<void> {
		ctx.state.route = `bridge ${bridge.name}`;
		try {
			if (health.state() === "draining") throw new Unavailable("The provider is stopping");
			// POST needs no token. Homeservers have one, and send with PUT. A signature, too, can make a bridge fetch a key.
			if (ctx.method === "POST" || ctx.get("Signature") !== "") await rates.count(ctx, "inbox", ctx.ip);
			await write(ctx, await bridge.handle(requestOf(ctx)));
		} catch (error) {
			if (error instanceof ClientGone) {
				ctx.respond = false;
				return;
			}
			const problem = problemOf(error);
			if (problem.status >= 500)
				logger.error(
					{ err: problem.cause ?? problem, bridge: bridge.name, method: ctx.method, path: ctx.path },
					"A bridge's request failed",
				);
			// Part of the response has been sent, and the connection has been destroyed.
			if (ctx.headerSent) return;
			const { status, headers, body } = renderProblem(problem, ctx.path, context);
			if (bridge.service !== undefined && problem instanceof Unavailable) {
				const { unavailable } = bridge.service;
				return write(ctx, { ...unavailable, headers: { ...unavailable.headers, ...headers } });
			}
			await write(ctx, {
				status,
				headers: { ...headers, "content-type": "application/problem+json" },
				body: JSON.stringify(body),
			});
		}
	}

	const log = requestLog(logger, metrics);
	const { service } = bridge;
	return {
		name: `the bridge ${bridge.name}`,
		owns: bridge.paths,
		answer: (ctx) => log(ctx, () => answer(ctx)),
		budgetOf(request) {
			if (service?.isCaller(callOf(request)) === true) return "transactions";
			return request.method === "POST" && service === undefined ? "inbox" : "pages";
		},
		refusalOf: () =>
			service && {
				type: service.unavailable.headers?.["content-type"] ?? "application/json",
				body: service.unavailable.body,
			},
	};
}

function callOf({ url = "", headers }: IncomingMessage): Pick<BridgeRequest, "path" | "query" | "headers"> {
	const query = url.indexOf("?");
	return {
		path: query < 0 ? url : url.slice(0, query),
		query: query < 0 ? "" : url.slice(query),
		headers: headers as IncomingHttpHeaders & Record<string, string | undefined>,
	};
}

function requestOf(ctx: Context): BridgeRequest {
	return {
		...callOf(ctx.req),
		method: ctx.method,
		remoteAddress: ctx.ip,
		body: (maxBytes) => readBody(ctx.req, ctx.res, maxBytes),
		stream: (maxBytes) => streamBody(ctx.req, ctx.res, maxBytes),
	};
}

async function write(ctx: Context, { status, headers, body, length }: BridgeResponse): Promise<void> {
	ctx.status = status;
	for (const name in headers) ctx.set(name, headers[name] as string);
	if (!ctx.res.hasHeader("X-Content-Type-Options")) ctx.set("X-Content-Type-Options", "nosniff");
	if (body === undefined) {
		ctx.body = null;
		ctx.status = status;
		return;
	}
	if (typeof body !== "string" && !Buffer.isBuffer(body)) {
		try {
			return await answerWithStream(ctx, { body, ...(length === undefined ? {} : { length }) });
		} catch (error) {
			// Nothing has been sent yet: a problem replaces the response, without the headers of the failed body.
			if (!ctx.headerSent) for (const name in headers) ctx.remove(name);
			throw error;
		}
	}
	const hasType = ctx.res.hasHeader("Content-Type");
	ctx.body = body;
	if (!hasType) ctx.remove("Content-Type");
}
