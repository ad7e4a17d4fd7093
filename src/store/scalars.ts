import type { Collection, IndexSpec, Key, Scalar } from "../core/ports/store.ts";

/**
 * The rules for index values, with which all backends behave the same. Databases differ on nulls in unique indexes, on the order of
 * non-ASCII text, on lone surrogates and on fractions in integer columns, so none of these is allowed.
 */
const longest = 512;
// ASCII without NUL, which ends a text in some drivers.
// oxlint-disable-next-line no-control-regex
const ascii = /^[\x01-\x7f]*$/;

/** Checks that a value is ASCII text without NUL, of at most 512 bytes. @throws {TypeError} */
export function checkText(value: unknown, what: string): asserts value is string {
	if (typeof value !== "string") throw new TypeError(`${what} must be text, not ${describe(value)}`);
	if (value.length > longest) throw new TypeError(`${what} must be at most ${longest} bytes, not ${value.length}`);
	if (!ascii.test(value)) throw new TypeError(`${what} must be ASCII without NUL`);
}

/** Checks the id of a document or the name of a stream. @throws {TypeError} */
export function checkId(value: unknown, what: string): asserts value is string {
	checkText(value, what);
	if (value === "") throw new TypeError(`${what} must not be empty`);
}

/** Checks that a value is an integer which a double represents exactly. @throws {TypeError} */
export function checkInt(value: unknown, what: string): asserts value is number {
	if (!Number.isSafeInteger(value)) throw new TypeError(`${what} must be a safe integer, not ${describe(value)}`);
}

/** Checks the leading parts of a key, as a page or a count has them. @throws {TypeError} */
export function checkKey(spec: Pick<IndexSpec<never>, "kinds">, key: Key, what: string): Key {
	if (key.length > spec.kinds.length) throw new TypeError(`${what} has ${spec.kinds.length} parts, not ${key.length}`);
	return key.map((value, part) => checkScalar(spec.kinds[part], value, what));
}

/** The key of a document in an index; `undefined` if the document is not in it. @throws {TypeError} */
export function keyOf<T>(collection: Collection<T>, index: string, spec: IndexSpec<T>, doc: T): Key | undefined {
	const key = spec.of(doc);
	const what = `${collection.name}.${index}`;
	if (key === undefined) {
		if (spec.unique) throw new TypeError(`${what} is unique, so every document must have a value`);
		return undefined;
	}
	if (key.length !== spec.kinds.length)
		throw new TypeError(`${what} has ${spec.kinds.length} parts, not ${key.length}`);
	return checkKey(spec, key, what);
}

function checkScalar(kind: "text" | "int" | undefined, value: unknown, what: string): Scalar {
	if (kind === "text") {
		checkText(value, what);
		return value;
	}
	checkInt(value, what);
	return value + 0; // no negative zero, which is a float for some drivers
}

function describe(value: unknown): string {
	if (value === null) return "null";
	return typeof value === "number" ? String(value) : typeof value;
}
