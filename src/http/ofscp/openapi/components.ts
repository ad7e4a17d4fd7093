import { isDeepStrictEqual } from "node:util";
import { type ZodType, z } from "zod";

type JsonSchema = Record<string, unknown>;

/** Writes schemas for the document, and collects those that have a name. */
export interface Components {
	/** @param io what may be sent, or what is answered */
	schemaOf(schema: ZodType, io: "sent" | "answered"): JsonSchema;
	/** Makes a response that several operations have a component. @returns a reference to it */
	responseOf(name: string, response: JsonSchema): JsonSchema;
	/** What was met that has a name. */
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
						// What is written as JSON in a text.
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

/** @param schema of a part of what is written; changed in place */
function tidy(schema: JsonSchema, io: "sent" | "answered"): void {
	// Answers gain members from version to version; only our own tests hold them to what is written.
	if (io === "answered" && schema.additionalProperties === false) delete schema.additionalProperties;
	// That a number is a whole number of JavaScript's is nothing to say of it.
	if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
	if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
	// The name of a component is the key under which it stands.
	delete schema.id;
	// What the document says instead, where zod sees the parser's side only.
	const { openapi } = schema;
	delete schema.openapi;
	Object.assign(schema, openapi);
}
