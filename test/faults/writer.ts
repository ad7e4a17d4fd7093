import type { Random } from "../support/random.ts";
import type { Person } from "./people.ts";
import { textOf } from "./views.ts";

/** A message whose posting was acknowledged, and its acknowledged changes. */
export interface PostedMessage {
	readonly by: string;
	readonly name: string;
	/** Its id on its own side. */
	readonly id: string;
	version: number;
	deleted: boolean;
	reactions: number;
}

/** A person who posts, edits, deletes and reacts until stopped. All changes in `posted` were acknowledged. */
export interface Writer {
	readonly posted: readonly PostedMessage[];
	/** Resolves when the last request has been acknowledged. */
	stop(): Promise<void>;
}

const keys = ["🎉", "👍", "⭐"];

export function startWriter(by: string, person: Person, random: Random, nextName: () => string): Writer {
	const posted: PostedMessage[] = [];
	const living = (): PostedMessage | undefined => random.pick(posted.filter(({ deleted }) => !deleted).slice(-10));
	let stopping = false;

	const actions: readonly (() => Promise<void>)[] = [
		post,
		post,
		post,
		async () => {
			const message = living();
			if (message === undefined) return;
			await person.edit(message.id, message.name, message.version + 1);
			message.version++;
		},
		async () => {
			const message = living();
			const key = keys[message?.reactions ?? 0];
			if (message === undefined || key === undefined) return;
			await person.react(message.id, key);
			message.reactions++;
		},
		async () => {
			const message = random.integer(1, 3) === 1 ? living() : undefined;
			if (message === undefined) return;
			await person.remove(message.id);
			message.deleted = true;
		},
	];

	async function post(): Promise<void> {
		const name = nextName();
		posted.push({ by, name, id: await person.post(name), version: 1, deleted: false, reactions: 0 });
	}
	async function run(): Promise<void> {
		while (!stopping) {
			await random.pick(actions)?.();
			await new Promise((resolve) => setTimeout(resolve, random.integer(5, 60)));
		}
	}
	const running = run();
	return {
		posted,
		async stop() {
			stopping = true;
			await running;
		},
	};
}

/** The view that every side must have in the end. */
export const viewOf = (posted: readonly PostedMessage[]): ReadonlyMap<string, string> =>
	new Map(posted.flatMap(({ name, version, deleted }) => (deleted ? [] : [[name, textOf(name, version)]])));
