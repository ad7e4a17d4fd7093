import type { Stored } from "../core/ports/store.ts";

/** A stored document. It is parsed on first use, since most documents are only passed on as text. */
export class StoredDocument<T> implements Stored<T> {
	readonly id: string;
	readonly rev: number;
	readonly json: string;
	#doc: T | undefined;

	constructor(id: string, rev: number, json: string) {
		this.id = id;
		this.rev = rev;
		this.json = json;
	}

	get doc(): T {
		this.#doc ??= JSON.parse(this.json) as T;
		return this.#doc;
	}
}

/** In characters, hence at most 12 MiB; MongoDB's limit is 16 MiB. */
const longest = 4 * 2 ** 20;

/** Serialises a value. @throws {TypeError} it has no JSON text (undefined, a function, a cycle), or the text is too long */
export function jsonOf(value: unknown, what: string): string {
	const json = JSON.stringify(value) as string | undefined;
	if (json === undefined) throw new TypeError(`${what} must be JSON, not ${typeof value}`);
	if (json.length > longest) throw new TypeError(`${what} must be at most ${longest} characters, not ${json.length}`);
	return json;
}
