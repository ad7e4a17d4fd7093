import { type ZodType, z } from "zod";
import type { RequestHeader } from "../../base/operation.ts";
import type { Route } from "../../base/route.ts";
import { bridgeLinkId, channelId, groupId, messageId } from "../ids.ts";
import type { Components } from "./components.ts";

const person = z.string().min(1).meta({ description: "`handle@domain`, or the id of an account." });

/** The schemas of path parameters by name. */
const inPath: Readonly<Record<string, ZodType>> = {
	g: groupId,
	c: channelId,
	m: messageId,
	b: bridgeLinkId,
	u: person,
	h: z.string().min(1).meta({ description: "`handle@domain`." }),
	key: z.string().min(1).meta({ description: "The key of a reaction: an emoji or the name of an image." }),
	file: z.string().min(1).meta({ description: "The name of a schema, including `.json`." }),
	rest: z
		.string()
		.regex(/^[0-9a-hjkmnp-tv-z]{26}$/)
		.meta({ description: "The id of a group without its `grp_`." }),
	id: z.string().min(1),
};

const headers = {
	"Idempotency-Key": "A UUID that identifies repetitions of the same request (OFSCP §6.1).",
	"If-None-Match": "The `ETag` of the version that you have.",
	"If-Match": "The `ETag` of the version that you want to change.",
	"Last-Event-ID": "The id of the last event that you received; the stream continues after it.",
} as const satisfies Readonly<Record<RequestHeader | "Idempotency-Key" | "If-None-Match", string>>;

/** All parameters of an operation: in the path, in the query and in headers. */
export function parametersOf({ method, path, operation }: Route, { schemaOf }: Components): readonly object[] {
	const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
	const promised = Object.values(operation.answers).flatMap((shape) => shape.headers as readonly string[]);
	const read: readonly (keyof typeof headers)[] = [
		...(operation.reads ?? []),
		...(promised.includes("Idempotency-Replayed?") ? (["Idempotency-Key"] as const) : []),
		...(method === "GET" && promised.includes("ETag") ? (["If-None-Match"] as const) : []),
	];
	return [
		...names.map((name) => ({
			name,
			in: "path",
			required: true,
			schema: schemaOf(inPath[name] ?? z.string(), "sent"),
		})),
		...queryOf(operation.query, schemaOf),
		...read.map((name) => ({
			name,
			in: "header",
			required: false,
			description: headers[name],
			schema: name === "Idempotency-Key" ? { type: "string", format: "uuid" } : { type: "string" },
		})),
	];
}

function queryOf(query: ZodType | undefined, schemaOf: Components["schemaOf"]): readonly object[] {
	if (query === undefined) return [];
	const { properties = {} } = schemaOf(query, "sent") as { readonly properties?: Record<string, object> };
	return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", required: false, schema }));
}
