import { z } from "zod";
import { type AnyRoute, type Auth, ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

/** Codes of problems that any route may answer with. */
const commonErrors = [
	"invalid_request",
	"invalid_json",
	"not_found",
	"method_not_allowed",
	"payload_too_large",
	"unsupported_media_type",
	"too_many_requests",
	"unavailable",
	"internal_error",
] as const;
const tokenErrors = [
	"token_missing",
	"invalid_token",
	"insufficient_scope",
	"bootstrap_only",
	"home_only",
	"permission_denied",
	"signature_incomplete",
	"signature_expired",
	"signature_invalid",
	"nonce_reused",
	"digest_mismatch",
	"actor_keys_unavailable",
	"provider_denied",
] as const;

/** A route as the document tells of it. */
export type Described = Omit<AnyRoute, "handle">;

/** The whole API, written from the tables and schemas that also run it. */
export function openApiRoutes(table: readonly Described[], { world, instance }: Services) {
	let document: object | undefined;
	const own = route("GET", "/api/openapi.json", "none", "read", {}, async () => {
		document ??= documentOf([...table, own], { origin: world.origin, version: instance.version });
		return ok(document, { "Cache-Control": "public, max-age=3600" });
	});
	return [own];
}

function documentOf(table: readonly Described[], { origin, version }: { origin: string; version: string }): object {
	const paths: Record<string, Record<string, object>> = {};
	for (const line of table) {
		const path = line.path.replaceAll(/:(\w+)/g, "{$1}");
		paths[path] = { ...paths[path], [line.method.toLowerCase()]: operationOf(line) };
	}
	return {
		openapi: "3.1.0",
		info: { title: "Causeway", version, description: "OFSCP 0.1" },
		servers: [{ url: origin }],
		paths,
		components: {
			securitySchemes,
			schemas: { Problem: problemSchema(table) },
		},
	};
}

const ofPeople = [{ bearer: [] }, { signature: [] }];
const securityOf = {
	member: ofPeople,
	participant: ofPeople,
	reader: [{}, ...ofPeople],
	registrar: [{ bootstrap: [] }, ...ofPeople],
	peer: [{ provider: [] }, ...ofPeople],
} as const satisfies Record<Exclude<Auth, "none">, unknown>;

const inHeader = (name: string, description: string) => ({ type: "apiKey", in: "header", name, description });
const securitySchemes = {
	bearer: { type: "http", scheme: "bearer" },
	bootstrap: { type: "http", scheme: "bearer", description: "What POST /api/auth/register and /login give" },
	signature: inHeader("X-OFSCP-Signature", "Of a person, with the other X-OFSCP headers (OFSCP R7 §4.4)"),
	provider: inHeader("X-OFSCP-Provider", "The domain of another provider, signed or not (OFSCP §4.3)"),
};

function operationOf({ path, auth, limit, query, body, answers = [200], errors = [] }: Described): object {
	const codes = [...commonErrors, ...(auth === "none" ? [] : tokenErrors), ...errors];
	const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
		name,
		in: "path",
		required: true,
		schema: { type: "string" },
	}));
	return {
		...(auth === "none" ? {} : { security: securityOf[auth] }),
		"x-rate-limit": limit,
		parameters: [...inPath, ...parametersOf(query)],
		...(body === undefined ? {} : { requestBody: { content: { "application/json": { schema: toSchema(body) } } } }),
		responses: {
			...Object.fromEntries(answers.map((status) => [status, { description: wordFor(status) }])),
			default: {
				description: "A problem (RFC 9457)",
				"x-error-codes": codes,
				content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
			},
		},
	};
}

function parametersOf(query: AnyRoute["query"]): readonly object[] {
	if (query === undefined) return [];
	const { properties = {} } = toSchema(query) as { properties?: Record<string, object> };
	return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", required: false, schema }));
}

function toSchema(schema: z.ZodType): object {
	const { $schema: _, ...rest } = z.toJSONSchema(schema, {
		target: "draft-2020-12",
		io: "input",
		unrepresentable: "any",
	});
	return rest;
}

const wordFor = (status: number): string =>
	({ 200: "Done", 201: "Made", 202: "Taken over", 204: "Done, nothing to say", 304: "Unchanged" })[status] ?? "Done";

function problemSchema(table: readonly Described[]): object {
	const codes = new Set<string>([...commonErrors, ...tokenErrors, ...table.flatMap((line) => line.errors ?? [])]);
	return {
		type: "object",
		required: ["type", "title", "status", "detail", "instance", "errorCode"],
		properties: {
			type: { type: "string" },
			title: { type: "string" },
			status: { type: "integer" },
			detail: { type: "string" },
			instance: { type: "string" },
			errorCode: { type: "string", enum: [...codes] },
			errors: {
				type: "array",
				items: { type: "object", properties: { field: { type: "string" }, expected: { type: "string" } } },
			},
			existing: {},
		},
	};
}
