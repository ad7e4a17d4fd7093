import { subscribe } from "node:diagnostics_channel";
import { errorCodes } from "#core/error-codes.ts";
import type { AnswerShape } from "../../src/http/base/answers.ts";
import { ClientGone } from "../../src/http/base/body.ts";
import { errorsOf } from "../../src/http/base/errors-of.ts";
import { problemOf } from "../../src/http/middleware/problem.ts";
import { outcomeChannel, type RouteOutcome } from "../../src/http/middleware/run-route.ts";

/**
 * Compares every API response of this process with the declarations of its operation: status, body and headers of a
 * success, the code of a problem. A difference is an uncaught exception, which fails the test file. `ava.config.js` loads
 * this into every process that runs tests.
 */
subscribe(outcomeChannel, (message) => {
	const fault = faultIn(message as RouteOutcome);
	if (fault !== undefined) throw new Error(fault);
});

/** Describes how an outcome differs from the declarations of its operation; `undefined`: it does not. */
export function faultIn(outcome: RouteOutcome): string | undefined {
	const { route } = outcome;
	const name = `${route.method} ${route.path} (${route.operation.id})`;
	if ("error" in outcome) {
		if (outcome.error instanceof ClientGone) return undefined;
		const { errorCode, status } = problemOf(outcome.error);
		if (!errorsOf(route).includes(errorCode)) return `${name} does not declare the problem ${errorCode}`;
		return errorCodes[errorCode].status === status ? undefined : `${errorCode} has the status ${status}`;
	}
	const { status, headers = {}, body } = outcome.answer;
	const shape = (route.operation.answers as Readonly<Record<number, AnswerShape>>)[status];
	if (shape === undefined) return `${name} does not declare the status ${status}`;
	return faultInHeaders(shape, headers, `${name} ${status}`) ?? faultInBody(shape, body, `${name} ${status}`);
}

const checkedHeaders = ["ETag", "Idempotency-Replayed", "Location"] as const;

function faultInHeaders(
	shape: AnswerShape,
	headers: Readonly<Record<string, string>>,
	name: string,
): string | undefined {
	const declared: readonly string[] = shape.headers;
	for (const header of checkedHeaders) {
		const isThere = headers[header] !== undefined;
		if (!isThere && declared.includes(header)) return `${name} lacks the header ${header}`;
		if (isThere && !declared.includes(header) && !declared.includes(`${header}?`))
			return `${name} does not declare the header ${header}`;
	}
	return undefined;
}

function faultInBody(shape: AnswerShape, body: unknown, name: string): string | undefined {
	if (shape.kind === "empty") return body === undefined ? undefined : `${name} has a body`;
	if (shape.kind === "stream") return undefined;
	const { error } = shape.schema.safeParse(JSON.parse(JSON.stringify(body ?? null)));
	if (error === undefined) return undefined;
	const issues = error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
	return `${name} does not match its schema: ${issues.join("; ")}`;
}
