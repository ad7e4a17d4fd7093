import type { Middleware } from "koa";
import { z } from "zod";
import type { ErrorCode } from "#core/error-codes.ts";
import { MethodNotAllowed, NotFound, Problem, TooManyRequests, Unauthenticated, Unavailable } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { JsonRefused } from "#core/json.ts";
import type { Logger } from "#core/ports/logger.ts";
import { StoreUnavailable } from "#core/ports/store.ts";
import type { Wire } from "../base/answers.ts";
import { ClientGone } from "../base/body.ts";

/** The provider that issues the problem documents. */
type Site = Pick<CoreContext, "origin" | "domain">;

/** A problem document (RFC 9457). */
export const problemDocument = z.strictObject({
	type: z.string(),
	title: z.string(),
	status: z.int(),
	detail: z.string(),
	instance: z.string(),
	errorCode: z.string(),
	errors: z.array(z.strictObject({ field: z.string(), expected: z.string() })).optional(),
	existing: z.unknown().optional().meta({ description: "The existing resource that the request conflicts with." }),
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

/** The public problem for an error. An unexpected error becomes 500, without details. */
export function problemOf(error: unknown): Problem {
	if (error instanceof Problem) return error;
	if (error instanceof JsonRefused)
		return new InvalidJson("invalid_json", error.message, {
			errors: [{ field: error.path, expected: error.expected }],
		});
	if (error instanceof StoreUnavailable) return new Unavailable(undefined, undefined, error);
	return new InternalError(error);
}

/** Renders a problem (RFC 9457). @param instance the path of the request */
export function renderProblem(problem: Problem, instance: string, site: Site): Rendered {
	const { status, title, message: detail, errorCode, extra } = problem;
	return {
		status,
		headers: headersOf(problem, site),
		body: { type: `urn:causeway:problem:${errorCode}`, title, status, detail, instance, errorCode, ...extra },
	};
}

/** Problems that a token with more rights would solve. */
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

/** The challenge that tells a client how to get a sufficient token (RFC 6750 §3, RFC 9728 §5.1). */
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
	/** Renders the problem as an HTML page; `undefined` if the request doesn't accept one. */
	readonly asPage: (
		request: { readonly path: string; readonly accept: string },
		problem: Rendered,
	) => string | undefined;
}

/** Answers errors of later middleware, and requests without a response, with a problem document. */
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
			// Turning a request away under load is deliberate, not an error: the request log records it.
			const isDeliberate = problem instanceof Unavailable && problem.cause === undefined;
			if (problem.status >= 500 && !isDeliberate)
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
			const page = asPage({ path: ctx.path, accept: ctx.get("Accept") }, rendered);
			ctx.body = page ?? JSON.stringify(rendered.body);
			ctx.set("Content-Type", page === undefined ? "application/problem+json" : "text/html; charset=utf-8");
		}
	};
}
