/**
 * The removal of the deliveries that a run has made. The lane goes on while a removal is committed, and what is made meanwhile is removed
 * with the next commit. A crash repeats what was sent and not removed, so that at most `most` deliveries are in this state.
 */
export interface Removals {
	/** Waits until another delivery may be sent. Call {@link leave} or {@link add} when it has ended. @throws what a removal has thrown */
	enter(): Promise<void>;
	/** The delivery stays in the lane, or was removed already. */
	leave(): void;
	/** The delivery was made, and is removed soon. */
	add(id: string): void;
	/** Resolves when the removals are durable. @throws what a removal has thrown */
	settled(): Promise<void>;
}

/** @param remove removes several deliveries; called for one group of them after the other */
export function createRemovals(remove: (ids: readonly string[]) => Promise<void>, most: number): Removals {
	let free = most;
	let made: string[] = [];
	let removing: Promise<void> | undefined;
	let failure: { readonly error: unknown } | undefined;
	const waiting: (() => void)[] = [];

	function leave(): void {
		const next = waiting.shift();
		if (next === undefined) free++;
		else next();
	}

	async function removeAll(): Promise<void> {
		while (made.length > 0) {
			const ids = made;
			made = [];
			try {
				if (failure === undefined) await remove(ids);
			} catch (error) {
				failure = { error };
			}
			for (const _ of ids) leave();
		}
		removing = undefined;
	}

	return {
		leave,
		async enter() {
			if (free > 0) free--;
			else await new Promise<void>((resolve) => waiting.push(resolve));
			if (failure === undefined) return;
			leave();
			throw failure.error;
		},
		add(id) {
			if (failure !== undefined) return leave();
			made.push(id);
			removing ??= removeAll();
		},
		async settled() {
			await removing;
			if (failure !== undefined) throw failure.error;
		},
	};
}
