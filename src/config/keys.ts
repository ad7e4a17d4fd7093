import { z } from "zod";

/** A key of the configuration that holds a value, not a section. */
export interface Key {
	readonly path: readonly string[];
	/** How a value given as text is read: as it is, as a list with commas, or as YAML would read it (numbers, true, false). */
	readonly reading: "text" | "list" | "scalar";
}

/** Every key that a schema knows, in its order; those of all members of a union. */
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

/** `bridges.matrix.homeserverUrl` */
export const nameOf = (key: Pick<Key, "path">): string => key.path.join(".");

/** `CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL` */
export const variableOf = (key: Pick<Key, "path">): string =>
	`CAUSEWAY_${key.path.map((part) => part.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join("_")}`;
