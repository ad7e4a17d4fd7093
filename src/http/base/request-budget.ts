import type { AdmissionState, Pass, RefusalReason, Work } from "./admission.ts";

/** A request that waits to be started. */
export interface Waiting {
	readonly work: Work;
	/** When it began to wait. */
	readonly since: number;
}

/** How many requests may wait, for each that may be under way. */
const waitingEach = 4;
/** The same while the event loop is late: a few requests are always answered, however slow the machine is. */
const waitingEachIfLate = 1 / 8;
/**
 * After this time, in milliseconds, a request no longer counts as under way: it waits for something outside of this process, such as
 * another server, and must not keep out those that don't.
 */
const workMs = 1000;

/** The requests of one kind: those that are under way, in the order in which they were started, and those that wait. */
export class RequestBudget {
	readonly waiting: Waiting[] = [];
	readonly refused: Record<RefusalReason, number> = { full: 0, late: 0 };
	/** Since when requests have been waiting without a break. */
	standingSince = 0;
	/** The time that requests which had to wait have used, in milliseconds. */
	used = 0;
	readonly #limit: number;
	readonly #underWay = new Map<Pass, number>();

	/** @param limit how many may be under way at the same time */
	constructor(limit: number) {
		this.#limit = limit;
	}

	get state(): AdmissionState {
		return { underWay: this.#underWay.size, waiting: this.waiting.length, refused: { ...this.refused } };
	}

	/** Whether another request may be started. */
	hasRoom(at: number): boolean {
		for (const [pass, since] of this.#underWay) {
			if (this.#underWay.size < this.#limit || since > at - workMs) break;
			this.#underWay.delete(pass);
		}
		return this.#underWay.size < this.#limit;
	}

	/** Whether another request may wait. */
	mayWait(isLate: boolean): boolean {
		return this.waiting.length < (isLate ? waitingEachIfLate : waitingEach) * this.#limit;
	}

	/** Counts a request as under way. `now` tells when it is counted again after it has stepped aside. */
	enter(now: () => number): Pass & { end(): void } {
		let hasEnded = false;
		const pass = {
			stepAside: () => {
				let isAside = this.#underWay.delete(pass);
				return () => {
					if (isAside && !hasEnded) this.#underWay.set(pass, now());
					isAside = false;
				};
			},
			end: () => {
				hasEnded = true;
				this.#underWay.delete(pass);
			},
		};
		this.#underWay.set(pass, now());
		return pass;
	}
}
