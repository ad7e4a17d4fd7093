import type { Middleware, ParameterizedContext } from "koa";
import { z } from "zod";
import type { ErrorCode } from "#core/error-codes.ts";
import { MethodNotAllowed, NotFound, Problem, TooManyRequests, Unauthenticated, Unavailable } from "#core/errors.ts";
import type { World } from "#core/events/world.ts";
import { JsonRefused } from "#core/json.ts";
import type { Logger } from "#core/ports/logger.ts";
import { StoreUnavailable } from "#core/ports/store.ts";
import type { Wire } from "../base/answers.ts";
import { ClientGone } from "../base/body.ts";

/** Whose problems they are. */
type Site = Pick<World, "origin" | "domain">;

/** A problem document (RFC 9457). */
export const problemDocument = z.strictObject({
	type: z.string(),
	title: z.string(),
	status: z.int(),
	detail: z.string(),
	instance: z.string(),
	errorCode: z.string(),
	errors: z.array(z.strictObject({ field: z.string(), expected: z.string() })).optional(),
	existing: z.unknown().optional().meta({ description: "What is there already." }),
});

/** A problem document and the headers that go with it. */
export interface Rendered {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Wire<typeof problemDocument>;
}

class InternalError extends Problem {
	readonly status = 500;
	readonly title = "Internal error";
	constructor(cause: unknown) {
		super("internal_error", "Something went wrong here; it has been logged", {}, cause);
	}
}

class InvalidJson extends Problem {
	readonly status = 400;
	readonly title = "Invalid request";
}

/** What the caller may know of an error. Anything that is not a public problem is 500 without a word about it. */
export function problemOf(error: unknown): Problem {
	if (error instanceof Problem) return error;
	if (error instanceof JsonRefused)
		return new InvalidJson("invalid_json", error.message, {
			errors: [{ field: error.path, expected: error.expected }],
		});
	if (error instanceof StoreUnavailable) return new Unavailable(undefined, undefined, error);
	return new InternalError(error);
}

/** The one renderer of problems. @param instance the path that was asked for */
export function renderProblem(problem: Problem, instance: string, site: Site): Rendered {
	const { status, title, message: detail, errorCode, extra } = problem;
	return {
		status,
		headers: headersOf(problem, site),
		body: { type: `urn:causeway:problem:${errorCode}`, title, status, detail, instance, errorCode, ...extra },
	};
}

/** What a better token would help against. */
const lacksScope: ReadonlySet<ErrorCode> = new Set(["insufficient_scope", "bootstrap_only"]);

function headersOf(problem: Problem, site: Site): Record<string, string> {
	if (problem instanceof Unauthenticated) {
		return { "WWW-Authenticate": challenge(site, problem.errorCode === "invalid_token" ? "invalid_token" : undefined) };
	}
	if (lacksScope.has(problem.errorCode)) return { "WWW-Authenticate": challenge(site, "insufficient_scope") };
	if (problem instanceof TooManyRequests || problem instanceof Unavailable)
		return { "Retry-After": String(problem.retryAfterSeconds) };
	if (problem instanceof MethodNotAllowed) return { Allow: problem.allow };
	return {};
}

/** How to come by a token that is good enough (RFC 6750 §3, RFC 9728 §5.1). */
function challenge({ domain, origin }: Site, error: "invalid_token" | "insufficient_scope" | undefined): string {
	return [
		`Bearer realm="${domain}"`,
		...(error === undefined ? [] : [`error="${error}"`]),
		`scope="ofscp"`,
		`resource_metadata="${origin}/.well-known/oauth-protected-resource"`,
	].join(", ");
}

export interface ProblemOptions {
	readonly site: Site;
	readonly logger: Logger;
	/** Writes the problem as a page for people; undefined: this request does not want one. */
	readonly asPage: (ctx: ParameterizedContext, problem: Rendered) => string | undefined;
}

/** Answers whatever is thrown behind it, and what nobody has answered, with a problem document. */
export function problems({ site, logger, asPage }: ProblemOptions): Middleware {
	return async (ctx, next) => {
		try {
			await next();
			if (ctx.status === 404 && ctx.body === undefined && ctx.respond !== false) throw new NotFound();
		} catch (error) {
			if (error instanceof ClientGone) {
				ctx.respond = false;
				return;
			}
			const problem = problemOf(error);
			// Who is sent away for a moment, because too many came, is no error of ours: the log of requests has it.
			const isMeant = problem instanceof Unavailable && problem.cause === undefined;
			if (problem.status >= 500 && !isMeant)
				logger.error(
					{ err: problem.cause ?? problem, method: ctx.method, path: ctx.path, status: problem.status },
					"A request failed",
				);
			// Half of an answer is out, and its connection has been cut.
			if (ctx.headerSent) return;
			const rendered = renderProblem(problem, ctx.path, site);
			ctx.status = rendered.status;
			ctx.set(rendered.headers);
			ctx.set("Cache-Control", "no-store");
			const page = asPage(ctx, rendered);
			ctx.body = page ?? JSON.stringify(rendered.body);
			ctx.set("Content-Type", page === undefined ? "application/problem+json" : "text/html; charset=utf-8");
		}
	};
}
