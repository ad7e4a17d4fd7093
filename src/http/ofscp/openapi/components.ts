import { isDeepStrictEqual } from "node:util";
import { type ZodType, z } from "zod";

type JsonSchema = Record<string, unknown>;

/** Converts schemas for the document, and collects those that have a name. */
export interface Components {
	/** @param io whether the schema is for requests or responses */
	schemaOf(schema: ZodType, io: "sent" | "answered"): JsonSchema;
	/** Turns a shared response into a component. @returns a reference to it */
	responseOf(name: string, response: JsonSchema): JsonSchema;
	/** The named schemas and responses collected so far. */
	written(): { readonly schemas: Readonly<JsonSchema>; readonly responses: Readonly<JsonSchema> };
}

export function createComponents(): Components {
	const schemas = new Map<string, JsonSchema>();
	const responses = new Map<string, JsonSchema>();

	function keep(named: Map<string, JsonSchema>, name: string, it: JsonSchema): void {
		const known = named.get(name);
		if (known !== undefined && !isDeepStrictEqual(known, it))
			throw new Error(`Two components of the API's document are called ${name}`);
		named.set(name, it);
	}

	const components: Components = {
		schemaOf(schema, io) {
			const text = JSON.stringify(
				z.toJSONSchema(schema, {
					target: "draft-2020-12",
					io: "input",
					unrepresentable: "any",
					override: ({ jsonSchema }) => {
						tidy(jsonSchema, io);
						// The schema of JSON inside a string.
						if (jsonSchema.contentSchema instanceof z.ZodType)
							jsonSchema.contentSchema = components.schemaOf(jsonSchema.contentSchema, io);
					},
				}),
			);
			const { $schema: _, $defs = {}, ...written } = JSON.parse(text.replaceAll("#/$defs/", "#/components/schemas/"));
			for (const [name, definition] of Object.entries($defs)) keep(schemas, name, definition as JsonSchema);
			return written;
		},
		responseOf(name, response) {
			keep(responses, name, response);
			return { $ref: `#/components/responses/${name}` };
		},
		written: () => ({ schemas: sorted(schemas), responses: sorted(responses) }),
	};
	return components;
}

const sorted = (named: ReadonlyMap<string, JsonSchema>): JsonSchema =>
	Object.fromEntries([...named].toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** @param schema a part of the converted schema; modified in place */
function tidy(schema: JsonSchema, io: "sent" | "answered"): void {
	// Responses may gain members in later versions, so clients must not rely on there being no others.
	if (io === "answered" && schema.additionalProperties === false) delete schema.additionalProperties;
	// The bounds of JavaScript's safe integers are no constraint of the API.
	if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
	if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
	// A component's name is its key under `components`.
	delete schema.id;
	// Overrides for keywords that zod can't derive from the parser.
	const { openapi } = schema;
	delete schema.openapi;
	Object.assign(schema, openapi);
}
