import type { Random } from "../support/random.ts";
import type { Person } from "./people.ts";
import { textOf } from "./views.ts";

/** A message that its author knows to be taken, and what has become of it. */
export interface Said {
	readonly by: string;
	readonly name: string;
	/** What its own side calls it. */
	readonly id: string;
	version: number;
	deleted: boolean;
	reactions: number;
}

/** Somebody who speaks, edits, deletes and reacts without end. What is in `said` was acknowledged. */
export interface Author {
	readonly said: readonly Said[];
	/** Resolves when the last thing begun has been acknowledged. */
	stop(): Promise<void>;
}

const keys = ["🎉", "👍", "⭐"];

export function startAuthor(by: string, person: Person, random: Random, nextName: () => string): Author {
	const said: Said[] = [];
	const living = (): Said | undefined => random.pick(said.filter(({ deleted }) => !deleted).slice(-10));
	let stopping = false;

	const deeds: readonly (() => Promise<void>)[] = [
		speak,
		speak,
		speak,
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

	async function speak(): Promise<void> {
		const name = nextName();
		said.push({ by, name, id: await person.say(name), version: 1, deleted: false, reactions: 0 });
	}
	async function run(): Promise<void> {
		while (!stopping) {
			await random.pick(deeds)?.();
			await new Promise((resolve) => setTimeout(resolve, random.integer(5, 60)));
		}
	}
	const running = run();
	return {
		said,
		async stop() {
			stopping = true;
			await running;
		},
	};
}

/** What every side must show in the end. */
export const viewOf = (said: readonly Said[]): ReadonlyMap<string, string> =>
	new Map(said.flatMap(({ name, version, deleted }) => (deleted ? [] : [[name, textOf(name, version)]])));
