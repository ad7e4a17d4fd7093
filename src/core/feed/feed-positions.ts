import type { World } from "../events/world.ts";
import type { AccountId } from "../ids.ts";
import { feedBaselines, saveBaseline, writeToken } from "./feed-baselines.ts";

/** More moved streams than these make a new baseline cheaper than ever longer tokens. */
const maxMoved = 64;
/** How old a baseline grows while its streams move, in milliseconds. */
const renewAfterMs = 5 * 60_000;

/** Where one reader stands, and the resume token that says so. */
export class FeedPositions {
	readonly #world: Pick<World, "store" | "clock">;
	readonly #account: AccountId;
	readonly #now: Map<string, number>;
	readonly #moved = new Map<string, number>();
	#order: ReadonlyMap<string, number> = new Map();
	#baseline = "";
	#previous = "";
	#madeAt = 0;

	constructor(world: Pick<World, "store" | "clock">, account: AccountId, start: ReadonlyMap<string, number>) {
		this.#world = world;
		this.#account = account;
		this.#now = new Map(start);
	}

	get token(): string {
		return writeToken(this.#baseline, this.#moved, this.#order);
	}
	get streams(): readonly string[] {
		return [...this.#now.keys()];
	}
	/** True when tokens have grown or aged enough to start from a new baseline. */
	get isRenewalDue(): boolean {
		return (
			this.#moved.size >= maxMoved || (this.#moved.size > 0 && this.#world.clock.now() - this.#madeAt > renewAfterMs)
		);
	}
	of(stream: string): number | undefined {
		return this.#now.get(stream);
	}
	set(stream: string, seq: number): void {
		this.#now.set(stream, seq);
		this.#moved.set(stream, seq);
	}
	drop(stream: string): void {
		this.#now.delete(stream);
		this.#moved.delete(stream);
	}

	/** Makes the present positions the baseline, once it is durable. What moves meanwhile counts from it. */
	async renew(): Promise<void> {
		this.#madeAt = this.#world.clock.now();
		const taken = new Map(this.#now);
		const outdated = this.#previous;
		const made = await saveBaseline(this.#world, this.#account, taken);
		this.#previous = this.#baseline;
		this.#baseline = made;
		this.#order = new Map([...taken.keys()].map((stream, i) => [stream, i]));
		this.#moved.clear();
		for (const [stream, seq] of this.#now) if (taken.get(stream) !== seq) this.#moved.set(stream, seq);
		// The last token may still be under way, the one before it was overtaken minutes ago.
		if (outdated !== "") await this.#world.store.delete(feedBaselines, outdated);
	}
}
