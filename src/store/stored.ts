import type { Stored } from "../core/ports/store.ts";

/** A document as it came from the database: most are only passed on as text, so it is parsed on first use. */
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

/** In characters, hence at most 12 MiB: MongoDB takes no document of more than 16. */
const longest = 4 * 2 ** 20;

/** @throws {TypeError} when the value has no JSON text (undefined, a function, a cycle), or too much of it */
export function jsonOf(value: unknown, what: string): string {
	const json = JSON.stringify(value) as string | undefined;
	if (json === undefined) throw new TypeError(`${what} must be JSON, not ${typeof value}`);
	if (json.length > longest) throw new TypeError(`${what} must be at most ${longest} characters, not ${json.length}`);
	return json;
}
