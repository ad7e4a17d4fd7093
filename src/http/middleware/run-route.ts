import { channel } from "node:diagnostics_channel";
import type { Context, Middleware } from "koa";
import { InvalidRequest, NotAcceptable } from "#core/errors.ts";
import type { Principal } from "#core/identity/principal.ts";
import type { Account } from "#core/model/account.ts";
import type { AnswerShape, AnyAnswer } from "../base/answers.ts";
import { readJson } from "../base/body.ts";
import type { Operation } from "../base/operation.ts";
import type { Peer } from "../base/peer.ts";
import { onceFor, type Route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { openUpload } from "../base/upload.ts";
import { validate } from "../base/validate.ts";
import { answerWithStream } from "../base/write-stream.ts";
import { principalOf } from "./authenticate.ts";
import { identify } from "./identify.ts";
import { hasVersion } from "./not-modified.ts";
import type { RateLimits } from "./rate-limits.ts";
import { peerOf } from "./signed.ts";

type RouteServices = Pick<Services, "context" | "federation" | "limits">;

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
	const isUpload = route.operation.body !== undefined && "kind" in route.operation.body;
	return async (ctx) => {
		ctx.state.route = `${route.method} ${route.path}`;
		try {
			const answer = await handle(ctx, route, services, rates);
			if (outcomes.hasSubscribers) outcomes.publish({ route, answer } satisfies RouteOutcome);
			await write(ctx, answer, streamed?.type);
		} catch (error) {
			if (outcomes.hasSubscribers) outcomes.publish({ route, error } satisfies RouteOutcome);
			throw error;
		} finally {
			// What a handler has left of an upload is not read for the sake of the connection.
			if (isUpload && !ctx.req.readableEnded && !ctx.headerSent) ctx.set("Connection", "close");
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
	return route.handle({
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
}

/** The body as it was sent, which identifies a repeated request, and as it was validated, which the handler gets. */
async function bodyOf(
	{ req, res }: Context,
	{ body }: Operation,
	{ limits }: RouteServices,
): Promise<{ readonly sent: unknown; readonly checked: unknown }> {
	if (body === undefined) return { sent: {}, checked: {} };
	if ("kind" in body) return { sent: {}, checked: openUpload(req, res, body) };
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
async function write(
	ctx: Context,
	{ status, headers, body }: AnyAnswer,
	streamType: string | undefined,
): Promise<void> {
	ctx.status = status;
	if (headers !== undefined) ctx.set(headers);
	if (body === undefined) {
		// Without a body, Koa would write the name of the status. Setting the body to null changes the status.
		ctx.body = null;
		ctx.status = status;
	} else if (streamType === undefined || !isStream(body)) {
		ctx.set("Content-Type", "application/json");
		ctx.body = JSON.stringify(body);
	} else if (hasVersion(ctx)) {
		await body[Symbol.asyncIterator]().return?.();
		ctx.body = null;
		ctx.status = 304;
	} else {
		ctx.set("Content-Type", streamType);
		await answerWithStream(ctx, { body });
	}
}

const isStream = (body: unknown): body is AsyncIterable<string | Uint8Array> =>
	typeof body === "object" && body !== null && Symbol.asyncIterator in body;
