import type { AnswerShape } from "../../base/answers.ts";
import type { Operation } from "../../base/operation.ts";
import type { Route } from "../../base/route.ts";
import type { Components } from "./components.ts";
import { parametersOf } from "./parameters.ts";
import { problemResponses } from "./problem-responses.ts";
import { securityOf } from "./security.ts";

/** A route as an Operation Object of OpenAPI 3.1. */
export function operationOf(line: Route, components: Components): object {
	const { auth, limit, operation } = line;
	return {
		operationId: operation.id,
		summary: operation.summary,
		...(auth === "none" ? {} : { security: securityOf[auth] }),
		"x-rate-limit": limit,
		parameters: parametersOf(line, components),
		...requestBodyOf(operation, components),
		responses: {
			...Object.fromEntries(
				Object.entries(operation.answers).map(([status, shape]) => [status, responseOf(status, shape, components)]),
			),
			...unchangedOf(line),
			...problemResponses(line, components),
		},
	};
}

function requestBodyOf({ body }: Operation, { schemaOf }: Components): object {
	if (body === undefined) return {};
	if ("kind" in body)
		return {
			requestBody: {
				required: true,
				description: `At most ${body.maxBytes} bytes.`,
				content: { [body.type]: { schema: { type: "string", format: "binary" } } },
			},
		};
	const required = !body.safeParse({}).success;
	return { requestBody: { required, content: { "application/json": { schema: schemaOf(body, "sent") } } } };
}

const words: Readonly<Record<string, string>> = {
	200: "Done",
	201: "Created",
	202: "Accepted, but not yet completed",
	204: "Done, without content",
	308: "The resource has another URL",
};

const headerMeanings: Readonly<Record<string, string>> = {
	ETag: "The version of the returned resource.",
	"Idempotency-Replayed": "`true`: this is the answer that the first request with the same Idempotency-Key got.",
	Location: "The URL of the created resource, or of the redirect.",
};

function responseOf(status: string, shape: AnswerShape, { schemaOf }: Components): object {
	const content =
		shape.kind === "json"
			? { content: { "application/json": { schema: schemaOf(shape.schema, "answered") } } }
			: shape.kind === "stream"
				? { content: { [shape.type]: { schema: shape.item ? schemaOf(shape.item, "answered") : { type: "string" } } } }
				: {};
	return { description: words[status] ?? "Done", ...headersOf(shape.headers), ...content };
}

function headersOf(promised: readonly string[]): object {
	if (promised.length === 0) return {};
	const headers = promised.map((header) => {
		const name = header.replace("?", "");
		const required = !header.endsWith("?");
		return [name, { description: headerMeanings[name], required, schema: { type: "string" } }];
	});
	return { headers: Object.fromEntries(headers) };
}

/** The 304 response to a client that already has the current version. */
function unchangedOf({ method, operation }: Route): object {
	const hasVersion = Object.values(operation.answers).some((shape) =>
		(shape.headers as readonly string[]).includes("ETag"),
	);
	return method === "GET" && hasVersion
		? { 304: { description: "You have this version", ...headersOf(["ETag"]) } }
		: {};
}
