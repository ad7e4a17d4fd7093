import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import { feedBaselines, saveBaseline, writeToken } from "./feed-baselines.ts";

/** With more moved streams than this, a new baseline is cheaper than longer tokens. */
const maxMoved = 64;
/** The age at which a baseline with moved streams is renewed, in milliseconds. */
const renewAfterMs = 5 * 60_000;

/** The positions of one reader, and its resume token. */
export class FeedPositions {
	readonly #context: Pick<CoreContext, "store" | "clock" | "epochs">;
	readonly #account: AccountId;
	readonly #now: Map<string, number>;
	readonly #moved = new Map<string, number>();
	#order: ReadonlyMap<string, number> = new Map();
	#baseline = "";
	#previous = "";
	#madeAt = 0;

	constructor(
		context: Pick<CoreContext, "store" | "clock" | "epochs">,
		account: AccountId,
		start: ReadonlyMap<string, number>,
	) {
		this.#context = context;
		this.#account = account;
		this.#now = new Map(start);
	}

	get token(): string {
		return writeToken(this.#baseline, this.#moved, this.#order);
	}
	get streams(): readonly string[] {
		return [...this.#now.keys()];
	}
	/** True if the token is long or old enough for a new baseline. */
	get isRenewalDue(): boolean {
		return (
			this.#moved.size >= maxMoved || (this.#moved.size > 0 && this.#context.clock.now() - this.#madeAt > renewAfterMs)
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

	/** Makes the current positions the baseline, when they are durable. Streams that move meanwhile are relative to it. */
	async renew(): Promise<void> {
		this.#madeAt = this.#context.clock.now();
		const taken = new Map(this.#now);
		const outdated = this.#previous;
		const made = await saveBaseline(this.#context, this.#account, taken);
		this.#previous = this.#baseline;
		this.#baseline = made;
		this.#order = new Map([...taken.keys()].map((stream, i) => [stream, i]));
		this.#moved.clear();
		for (const [stream, seq] of this.#now) if (taken.get(stream) !== seq) this.#moved.set(stream, seq);
		// The client may not have received a token of the new baseline yet; the baseline before the last is minutes old.
		if (outdated !== "") await this.#context.store.delete(feedBaselines, outdated);
	}
}
