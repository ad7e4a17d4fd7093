import { channel } from "node:diagnostics_channel";
import { Readable } from "node:stream";
import type { Context, Middleware } from "koa";
import { InvalidRequest, NotAcceptable } from "#core/errors.ts";
import type { Principal } from "#core/identity/principal.ts";
import type { Account } from "#core/model/account.ts";
import type { Logger } from "#core/ports/logger.ts";
import type { AnswerShape, AnyAnswer } from "../base/answers.ts";
import { readJson } from "../base/body.ts";
import type { Operation } from "../base/operation.ts";
import type { Peer } from "../base/peer.ts";
import { onceFor, type Route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { openUpload } from "../base/upload.ts";
import { validate } from "../base/validate.ts";
import { principalOf } from "./authenticate.ts";
import { identify } from "./identify.ts";
import type { RateLimits } from "./rate-limits.ts";
import { peerOf } from "./signed.ts";

type RouteServices = Pick<Services, "world" | "federation" | "limits">;

/** The result of a route, published to subscribers: tests compare it with what the route declares. */
export type RouteOutcome =
	| { readonly route: Route; readonly answer: AnyAnswer }
	| { readonly route: Route; readonly error: unknown };
export const outcomeChannel = "causeway.http.outcome";
const outcomes = channel(outcomeChannel);

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The middleware that answers requests for a route. */
export function runRoute(route: Route, services: RouteServices, rates: RateLimits): Middleware {
	const streamed = Object.values(route.operation.answers).find((shape): shape is Streamed => shape.kind === "stream");
	return async (ctx) => {
		ctx.state.route = `${route.method} ${route.path}`;
		try {
			const answer = await handle(ctx, route, services, rates);
			write(ctx, answer, streamed?.type, services.world.logger);
			if (outcomes.hasSubscribers) outcomes.publish({ route, answer } satisfies RouteOutcome);
		} catch (error) {
			if (outcomes.hasSubscribers) outcomes.publish({ route, error } satisfies RouteOutcome);
			throw error;
		}
	};
}
type Streamed = Extract<AnswerShape, { readonly kind: "stream" }>;

/**
 * Authenticates and counts a request before its body is parsed, and validates it before the handler sees it (design §9).
 */
async function handle(ctx: Context, route: Route, services: RouteServices, rates: RateLimits): Promise<AnyAnswer> {
	const { operation } = route;
	// A shared cache must not give one caller's response to another (RFC 9111 §4.1).
	if (route.auth !== "none") ctx.vary(["Authorization", "Accept"]);
	const { principal, peer } = await identify(ctx, rates, () => callerOf(ctx, route, services, rates));
	await rates.count(ctx, route.limit, principal?.account.id ?? ctx.ip);
	for (const shape of Object.values(operation.answers))
		if (shape.kind === "stream" && ctx.accepts(shape.type) === false) throw new NotAcceptable(shape.type);
	const key = route.method === "GET" ? undefined : ctx.get("Idempotency-Key") || undefined;
	if (key !== undefined && !uuid.test(key))
		throw new InvalidRequest([{ field: "Idempotency-Key", expected: "a UUID (RFC 9562)" }]);
	const query: unknown = operation.query === undefined ? {} : validate(operation.query, ctx.query, "");
	const { sent, checked } = await bodyOf(ctx, operation, services);
	// The default, which a handler's own headers override.
	ctx.set("Cache-Control", principal === undefined ? "no-cache" : "private, no-store");

	const account = principal?.account as Account;
	const answer = route.handle({
		params: (ctx as unknown as { params: Record<string, string> }).params,
		query,
		body: checked,
		reader: principal?.account,
		account,
		principal: principal as Principal,
		peer,
		from: ctx.ip,
		once: account === undefined ? {} : onceFor(account, route.method, ctx.path, key, sent),
		header: (name) => ctx.get(name) || undefined,
	});
	// The rest of an upload that the handler has not read is discarded.
	return checked instanceof Readable ? answer.finally(() => checked.destroy()) : answer;
}

/** The body as it was sent, which identifies a repeated request, and as it was validated, which the handler gets. */
async function bodyOf(
	{ req, res }: Context,
	{ body }: Operation,
	{ limits }: RouteServices,
): Promise<{ readonly sent: unknown; readonly checked: unknown }> {
	if (body === undefined) return { sent: {}, checked: {} };
	if ("kind" in body) return { sent: {}, checked: await openUpload(req, res, body) };
	const sent = await readJson(req, res, limits);
	return { sent, checked: validate(body, sent, "/") };
}

interface Caller {
	readonly principal: Principal | undefined;
	readonly peer: Peer | undefined;
}

async function callerOf(ctx: Context, { auth }: Route, services: RouteServices, rates: RateLimits): Promise<Caller> {
	// Limits the outgoing requests that one address can cause.
	const beforeAsking = (): Promise<void> => rates.count(ctx, "lookup", ctx.ip);
	const peer = auth === "peer" ? await peerOf(services, ctx, beforeAsking) : undefined;
	if (peer?.isProven === true) return { peer, principal: undefined };
	return { peer, principal: await principalOf(services, ctx, auth, beforeAsking) };
}

/** @param streamType the media type of a body that is a stream */
function write(
	ctx: Context,
	{ status, headers, body }: AnyAnswer,
	streamType: string | undefined,
	logger: Logger,
): void {
	ctx.status = status;
	if (headers !== undefined) ctx.set(headers);
	if (body === undefined) {
		// Without a body, Koa would write the name of the status. Setting the body to null changes the status.
		ctx.body = null;
		ctx.status = status;
	} else if (streamType !== undefined && isStream(body)) {
		const source = body instanceof Readable ? body : Readable.from(body);
		source.once("error", (error) => {
			// The connection is cut. If it was already closed, the client has hung up, and the source has not failed.
			if (!ctx.res.destroyed && !ctx.req.socket.destroyed)
				logger.warn({ err: error, route: ctx.state.route }, "A response broke off");
		});
		ctx.set("Content-Type", streamType);
		ctx.body = source;
	} else {
		ctx.set("Content-Type", "application/json");
		ctx.body = JSON.stringify(body);
	}
}

const isStream = (body: unknown): body is Readable | AsyncIterable<string | Uint8Array> =>
	typeof body === "object" && body !== null && Symbol.asyncIterator in body;
