import { Readable } from "node:stream";
import type { Middleware } from "koa";
import { InvalidRequest, NotAcceptable } from "#core/errors.ts";
import type { Principal } from "#core/identity/principal.ts";
import type { Account } from "#core/model/account.ts";
import { readJson } from "../base/body.ts";
import type { Peer } from "../base/peer.ts";
import { type AnyRoute, onceFor } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { validate } from "../base/validate.ts";
import { principalOf } from "./authenticate.ts";
import { identify } from "./identify.ts";
import type { RateLimits } from "./rate-limits.ts";
import { peerOf } from "./signed.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Makes a route of a table answer requests. The order is that of design §9: who asks and how often comes before a
 * body is parsed, what is asked for is checked before the handler sees it.
 */
export function runRoute(
	route: AnyRoute,
	services: Pick<Services, "world" | "federation" | "limits">,
	rates: RateLimits,
): Middleware {
	return async (ctx) => {
		ctx.state.route = `${route.method} ${route.path}`;
		// A cache in between must not give somebody what was answered to another (RFC 9111 §4.1).
		if (route.auth !== "none") ctx.vary(["Authorization", "Accept"]);
		const { principal, peer } = await identify(ctx, rates, whoAsks);
		await rates.count(ctx, route.limit, principal?.account.id ?? ctx.ip);
		if (route.streams !== undefined && ctx.accepts(route.streams) === false) throw new NotAcceptable(route.streams);
		const key = ctx.get("Idempotency-Key") || undefined;
		if (key !== undefined && !uuid.test(key))
			throw new InvalidRequest([{ field: "Idempotency-Key", expected: "a UUID (RFC 9562)" }]);
		const query: unknown = route.query === undefined ? {} : validate(route.query, ctx.query, "");
		const sent = route.body === undefined ? {} : await readJson(ctx.req, ctx.res, services.limits);
		const body: unknown = route.body === undefined ? {} : validate(route.body, sent, "/");

		const account = principal?.account as Account;
		const answer = await route.handle({
			params: (ctx as unknown as { params: Record<string, string> }).params,
			query: query as never,
			body: body as never,
			reader: principal?.account,
			account,
			principal: principal as Principal,
			peer,
			from: ctx.ip,
			once: account === undefined ? {} : onceFor(account, route.method, ctx.path, key, sent),
			header: (name) => ctx.get(name) || undefined,
		});
		// Without a body Koa would write the name of the status; taking it away changes the status.
		ctx.body = null;
		ctx.status = answer.status;
		if (answer.headers !== undefined) ctx.set(answer.headers);
		if (answer.body === undefined) return;
		if (answer.body instanceof Readable) {
			ctx.set("Content-Type", route.streams as string);
			ctx.body = answer.body;
			return;
		}
		if (!ctx.res.hasHeader("Cache-Control"))
			ctx.set("Cache-Control", principal === undefined ? "no-cache" : "private, no-store");
		ctx.body = JSON.stringify(answer.body);
		ctx.set("Content-Type", "application/json");

		/** Whom we ask on behalf of an address is limited, too. */
		async function whoAsks(): Promise<{ principal: Principal | undefined; peer: Peer | undefined }> {
			const beforeAsking = (): Promise<void> => rates.count(ctx, "lookup", ctx.ip);
			const peer = route.auth === "peer" ? await peerOf(services, ctx, beforeAsking) : undefined;
			const isKnown = peer?.isProven === true;
			return { peer, principal: isKnown ? undefined : await principalOf(services, ctx, route.auth, beforeAsking) };
		}
	};
}
