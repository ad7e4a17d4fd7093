import type { Collection, IndexSpec, Key, Scalar } from "../core/ports/store.ts";

/**
 * The rules that make a value mean the same in every backend: databases differ on nulls in unique indexes, on the order
 * of non-ASCII text, on lone surrogates and on fractions in integer columns, so none of these gets in.
 */
const longest = 512;
// The whole of ASCII but NUL, which ends a text in some drivers.
// oxlint-disable-next-line no-control-regex
const ascii = /^[\x01-\x7f]*$/;

/** @throws {TypeError} unless `value` is ASCII text (no NUL) of at most 512 bytes */
export function checkText(value: unknown, what: string): asserts value is string {
	if (typeof value !== "string") throw new TypeError(`${what} must be text, not ${describe(value)}`);
	if (value.length > longest) throw new TypeError(`${what} must be at most ${longest} bytes, not ${value.length}`);
	if (!ascii.test(value)) throw new TypeError(`${what} must be ASCII without NUL`);
}

/** The id of a document or the name of a stream. @throws {TypeError} */
export function checkId(value: unknown, what: string): asserts value is string {
	checkText(value, what);
	if (value === "") throw new TypeError(`${what} must not be empty`);
}

/** @throws {TypeError} unless `value` is an integer that a double holds exactly */
export function checkInt(value: unknown, what: string): asserts value is number {
	if (!Number.isSafeInteger(value)) throw new TypeError(`${what} must be a safe integer, not ${describe(value)}`);
}

/** A page or count asks with the leading parts of a key. @throws {TypeError} */
export function checkKey(spec: Pick<IndexSpec<never>, "kinds">, key: Key, what: string): Key {
	if (key.length > spec.kinds.length) throw new TypeError(`${what} has ${spec.kinds.length} parts, not ${key.length}`);
	return key.map((value, part) => checkScalar(spec.kinds[part], value, what));
}

/** The key under which `doc` is found, or nothing when the document is not in this index. @throws {TypeError} */
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
	return value + 0; // no negative zero: it is a float to some drivers
}

function describe(value: unknown): string {
	if (value === null) return "null";
	return typeof value === "number" ? String(value) : typeof value;
}
