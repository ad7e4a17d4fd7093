import type { Collection, Draft, FoldsOf, LogEvent } from "../../src/core/ports/store.ts";

/** The documents of the store's contract: small versions of the documents of a chat. */
export interface Note {
	readonly owner: string;
	readonly rank: number;
	readonly handle: string;
	readonly text?: string;
	readonly due?: number;
}

export const notes: Collection<Note> = {
	name: "notes",
	version: 1,
	indexes: {
		handle: { kinds: ["text"], unique: true, of: ({ handle }) => [handle] },
		ranking: { kinds: ["text", "int"], of: ({ owner, rank }) => [owner, rank] },
		due: { kinds: ["int"], of: ({ due }) => (due === undefined ? undefined : [due]) },
	},
};

export interface Message {
	readonly text: string | null;
	readonly order: readonly number[];
}
export const messages: Collection<Message> = { name: "messages", version: 1, indexes: {} };

export interface Tally {
	readonly owner: string;
	readonly seqs: readonly number[];
	readonly sum: number;
}
export const tallies: Collection<Tally> = {
	name: "tallies",
	version: 1,
	indexes: { size: { kinds: ["text", "int"], of: ({ owner, seqs }) => [owner, seqs.length] } },
};

export const collections = [notes, messages, tallies];

type Body =
	| { readonly kind: "post"; readonly text: string; readonly amount?: number }
	| { readonly kind: "edit" | "delete"; readonly of: number; readonly text?: string }
	| { readonly kind: "fail" };

export const noFolds: FoldsOf = () => [];

/** Folds an event into its message, which is new when posted, and into the tally of its stream. Pure, for any event of the log. */
export const folds: FoldsOf = (event) => {
	const body = event.body as Body;
	if (body.kind === "fail") return [tallyFold(event, 0), { collection: messages, id: event.id, next: fail }];
	if (body.kind === "post") {
		const next = () => ({ text: body.text, order: [event.seq] });
		return [{ collection: messages, id: event.id, fresh: true, next }, tallyFold(event, body.amount ?? 1)];
	}
	const next = (now?: Message) => {
		if (!now || now.text === null) return undefined;
		return { text: body.kind === "delete" ? null : (body.text ?? ""), order: [...now.order, event.seq] };
	};
	return [{ collection: messages, id: `${event.stream}/${body.of}`, next }, tallyFold(event, 0)];
};

function tallyFold(event: LogEvent, amount: number) {
	const next = (now: Tally = { owner: event.stream, seqs: [], sum: 0 }) => ({
		...now,
		seqs: [...now.seqs, event.seq],
		sum: now.sum + amount,
	});
	return { collection: tallies, id: event.stream, next };
}

function fail(): never {
	throw new Error("this fold fails");
}

/** A message posted to `stream`, without pending markers and keys unless `more` has some. */
export function post(stream: string, text: string, more: Partial<Draft> = {}): Draft {
	return { stream, type: "posted", actor: "account1", pending: [], body: { kind: "post", text }, ...more };
}
