import { z } from "zod";
import { type ErrorCode, errorCodes } from "#core/error-codes.ts";
import { errorsOf } from "../../base/errors-of.ts";
import type { Route } from "../../base/route.ts";
import { problemDocument } from "../../middleware/problem.ts";
import type { Components } from "./components.ts";

const codeNames = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];
const meanings = codeNames.map((code) => `- \`${code}\` (${errorCodes[code].status}): ${errorCodes[code].meaning}`);

/** All error codes; the problems of one route have only some of them. */
const anyCode = z.enum(codeNames).meta({ id: "ErrorCode", description: meanings.join("\n") });

/** A problem document with one of the known error codes. */
const known = problemDocument
	.extend({ errorCode: anyCode })
	.meta({ id: "Problem", description: "A problem document (RFC 9457)." });

const retryAfter = { description: "Seconds to wait.", required: true, schema: { type: "integer" } };
const challenge = { description: "How to get an accepted token.", schema: { type: "string" } };
const headers: Readonly<Record<string, object>> = {
	401: { headers: { "WWW-Authenticate": challenge } },
	403: { headers: { "WWW-Authenticate": challenge } },
	429: { headers: { "Retry-After": retryAfter } },
	503: { headers: { "Retry-After": retryAfter } },
};

/** The problem responses of a route by status, each with its possible error codes. */
export function problemResponses(line: Route, components: Components): object {
	const byStatus = Map.groupBy(errorsOf(line), (code) => String(errorCodes[code].status));
	return Object.fromEntries(
		[...byStatus].map(([status, codes]) => {
			const response = responseOf(status, codes, components);
			const [first = "", ...more] = codes;
			return [status, more.length > 0 ? response : components.responseOf(componentName(first), response)];
		}),
	);
}

function responseOf(status: string, codes: readonly ErrorCode[], { schemaOf }: Components) {
	return {
		description: codes.map((code) => `\`${code}\``).join(", "),
		...headers[status],
		content: {
			"application/problem+json": {
				schema: { allOf: [schemaOf(known, "answered"), { properties: { errorCode: { enum: codes } } }] },
			},
		},
	};
}

/** `not_found` → `NotFound` */
const componentName = (code: string): string =>
	code.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
