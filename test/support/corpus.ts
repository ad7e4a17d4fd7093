import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

type Json = Readonly<Record<string, unknown>>;

/** What one program sends to say one thing, and what it means here. */
export interface CorpusEntry {
	readonly what: string;
	readonly activity: Json;
	/** The fields of the remote event that it becomes; absent if it changes nothing here. */
	readonly means?: Json;
	/** The plain text of the message that it posts or edits. */
	readonly says?: string;
	/** Why it changes nothing here. */
	readonly why?: string;
}

/**
 * Look-alikes of what one program sends, written for these tests. `$ORIGIN`, `$HOST` and `$ACTOR` stand for its server and its person,
 * `$JANE`, `$MEMO` and `$CHANNEL` for the ids of ours (`$JANE_ID` … for our own ids of them), `$DOMAIN` for our domain.
 */
export interface Corpus {
	readonly name: string;
	readonly software: string;
	/** What is particular about it. */
	readonly notes: string;
	/** Fields of its actors' documents. */
	readonly actor?: Json;
	readonly entries: readonly CorpusEntry[];
}

const folder = path.join(import.meta.dirname, "..", "corpus");

/** All programs of the corpus. */
export const corpora: readonly Corpus[] = readdirSync(folder)
	.filter((file) => file.endsWith(".json"))
	.sort()
	.map((file) => ({
		name: path.basename(file, ".json"),
		...(JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Omit<Corpus, "name">),
	}));

/** A value with its placeholders replaced; longer names first. */
export function filled<T>(value: T, names: Readonly<Record<string, string>>): T {
	let text = JSON.stringify(value);
	for (const name of Object.keys(names).sort((a, b) => b.length - a.length))
		text = text.replaceAll(`$${name}`, JSON.stringify(names[name]).slice(1, -1));
	return JSON.parse(text) as T;
}
