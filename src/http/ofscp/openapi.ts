import { z } from "zod";
import { json, ok } from "../base/answers.ts";
import { operation } from "../base/operation.ts";
import { type Route, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { createComponents } from "./openapi/components.ts";
import { operationOf } from "./openapi/operation-of.ts";
import { securitySchemes } from "./openapi/security.ts";

/** The routes of the API by the tag that they have in the document. */
export type Tagged = Readonly<Record<string, readonly Route[]>>;

const describing = operation("getOpenApi", "Get this document", {
	answers: { 200: json(z.looseObject({ openapi: z.literal("3.1.0") })) },
});

/** The route of the API's OpenAPI document, which is generated from the route tables and schemas in use. */
export function openApiRoute(table: Tagged, { context, instance }: Services): Route {
	let document: ReturnType<typeof documentOf> | undefined;
	const own = route("GET", "/api/openapi.json", "none", "read", describing, async () => {
		document ??= documentOf(
			{ ...table, Discovery: [...(table.Discovery ?? []), own] },
			context.origin,
			instance.version,
		);
		return ok(document, { "Cache-Control": "public, max-age=3600" });
	});
	return own;
}

const description = `The API of an OFSCP 0.1 provider.

Responses have the headers \`RateLimit\` and \`RateLimit-Policy\` (draft-ietf-httpapi-ratelimit-headers-10). Later versions may add members to responses.`;

function documentOf(table: Tagged, origin: string, version: string) {
	const components = createComponents();
	const paths: Record<string, Record<string, object>> = {};
	for (const [tag, routes] of Object.entries(table)) {
		for (const line of routes) {
			const path = line.path.replaceAll(/:(\w+)/g, "{$1}");
			const written = { tags: [tag], ...operationOf(line, components) };
			paths[path] = { ...paths[path], [line.method.toLowerCase()]: written };
		}
	}
	return {
		openapi: "3.1.0" as const,
		info: { title: "Causeway", version, description },
		servers: [{ url: origin }],
		tags: Object.keys(table).map((name) => ({ name })),
		paths,
		components: { securitySchemes, ...components.written() },
	};
}
