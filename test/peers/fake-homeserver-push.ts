import type { RoomEvent } from "./fake-homeserver-rooms.ts";

/** One attempt to push a transaction. */
export interface Push {
	readonly id: string;
	readonly events: readonly string[];
	/** `undefined`: there was no response. */
	readonly status: number | undefined;
}

export interface Pusher {
	readonly pushes: readonly Push[];
	add(event: RoomEvent): void;
	/** Pushes these events at once, as a transaction with this number. Resolves with the status. */
	push(id: string, events: readonly unknown[]): Promise<number | undefined>;
	/** Nothing is pushed until {@link resume}. */
	pause(): void;
	resume(): void;
	/** Behaves as after a restart: numbers start at 1. `lost`: the number of unpushed events that are forgotten. */
	restart(lost?: number): void;
	/** Whether every event has been acknowledged. */
	readonly idle: boolean;
	close(): void;
}

const maxEvents = 100;

/**
 * Pushes events as Synapse does (reference: `appservice/scheduler.py`): one transaction in flight, at most 100 events, the
 * same one again after a wait that doubles, strictly in order, never giving up.
 *
 * @param firstWaitMs the wait after the first failure; Synapse's is 2 s
 */
export function createPusher(serviceUrl: string, token: string, firstWaitMs: number): Pusher {
	const queue: RoomEvent[] = [];
	const pushes: Push[] = [];
	const ending = new AbortController();
	let number = 0;
	let current: { readonly id: string; readonly events: readonly RoomEvent[] } | undefined;
	let running = false;
	let paused = false;
	let generation = 0;

	async function push(id: string, events: readonly unknown[]): Promise<number | undefined> {
		const names = events.map((event) => String((event as RoomEvent | null)?.event_id));
		try {
			const response = await fetch(`${serviceUrl}/_matrix/app/v1/transactions/${id}`, {
				method: "PUT",
				headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
				body: JSON.stringify({ events }),
				signal: ending.signal,
			});
			await response.arrayBuffer();
			pushes.push({ id, events: names, status: response.status });
			return response.status;
		} catch {
			pushes.push({ id, events: names, status: undefined });
			return undefined;
		}
	}

	async function run(): Promise<void> {
		running = true;
		const mine = generation;
		for (let failures = 0; !ending.signal.aborted && !paused && generation === mine; ) {
			if (current === undefined) {
				if (queue.length === 0) break;
				current = { id: String(++number), events: queue.splice(0, maxEvents) };
			}
			if ((await push(current.id, current.events)) === 200) {
				if (generation === mine) current = undefined;
				failures = 0;
			} else {
				const wait = Math.min(firstWaitMs * 2 ** failures++, firstWaitMs * 8);
				await new Promise((resolve) => setTimeout(resolve, wait));
			}
		}
		running = false;
		if (generation !== mine) start();
	}
	function start(): void {
		if (!running && !paused && !ending.signal.aborted) void run();
	}

	return {
		pushes,
		push,
		add(event) {
			queue.push(event);
			start();
		},
		pause() {
			paused = true;
		},
		resume() {
			paused = false;
			start();
		},
		restart(lost = 0) {
			generation++;
			const unsent = [...(current?.events ?? []), ...queue].slice(lost);
			current = undefined;
			number = 0;
			queue.splice(0, queue.length, ...unsent);
			start();
		},
		get idle() {
			return queue.length === 0 && current === undefined;
		},
		close: () => ending.abort(),
	};
}
