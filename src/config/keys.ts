import { z } from "zod";

/** A key of the configuration with a value rather than a section. */
export interface Key {
	readonly path: readonly string[];
	/** How the text of a variable is read: as it is, as a list separated by commas, or as a YAML scalar (numbers, true, false). */
	readonly reading: "text" | "list" | "scalar";
}

/** All keys of a schema, in its order, including the keys of all members of a union. */
export function keysOf(schema: z.core.$ZodType, path: readonly string[] = []): readonly Key[] {
	if (schema instanceof z.ZodObject)
		return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([key, inner]) => keysOf(inner, [...path, key]));
	if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
		return keysOf(schema.unwrap(), path);
	if (schema instanceof z.ZodDiscriminatedUnion) {
		const members = schema.options.flatMap((option) => keysOf(option, path));
		return members.filter((key, index) => members.findIndex((other) => nameOf(other) === nameOf(key)) === index);
	}
	if (schema instanceof z.ZodArray) return [{ path, reading: "list" }];
	const textual = schema instanceof z.ZodString || schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral;
	return [{ path, reading: textual ? "text" : "scalar" }];
}

/** The name of a key, such as `bridges.matrix.homeserverUrl`. */
export const nameOf = (key: Pick<Key, "path">): string => key.path.join(".");

/** The variable that sets a key, such as `CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL`. */
export const variableOf = (key: Pick<Key, "path">): string =>
	`CAUSEWAY_${key.path.map((part) => part.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join("_")}`;
