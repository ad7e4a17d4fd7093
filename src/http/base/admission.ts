import { nextTick } from "node:process";
import { type BudgetName, budgetNames } from "./limits.ts";
import { RequestBudget, type Waiting } from "./request-budget.ts";

/**
 * Why a request is turned away. `full`: as many as may wait for its door are waiting already. `late`: it has waited for too long, or the
 * event loop is late.
 */
export type RefusalReason = "full" | "late";

/** A request, as far as its admission is concerned. */
export interface Work {
	/** Whether the client still waits for the response. */
	isWanted(): boolean;
	/** Answers the request. Resolves when the response is complete. */
	run(pass: Pass): Promise<unknown>;
	refuse(reason: RefusalReason): void;
}

/** An admitted request. */
export interface Pass {
	/** The request waits for its client: until the returned function is called, it doesn't count as under way. */
	stepAside(): () => void;
}

/** The requests of one kind: how many are under way and wait, and how many have been turned away so far. */
export interface AdmissionState {
	readonly underWay: number;
	readonly waiting: number;
	readonly refused: Readonly<Record<RefusalReason, number>>;
}

/** Decides when a request is answered, and whether. */
export interface Admission {
	/** Answers a request at once or soon, or refuses it. */
	submit(budget: BudgetName, work: Work): void;
	/** Called for each new connection: more of them may wait to be accepted. */
	connected(): void;
	stateOf(budget: BudgetName): AdmissionState;
	/** Stops measuring the event loop. What waits is still answered. */
	close(): void;
}

export interface AdmissionOptions {
	/** How many requests of each kind are answered at the same time. Four times as many may wait. */
	readonly requests: Readonly<Record<BudgetName, number>>;
	/** How long requests wait at most, in milliseconds, once there are more than can be answered. */
	readonly waitMs: number;
	/** In milliseconds, from any origin. */
	readonly now?: () => number;
}

/** How long requests are started in one turn of the event loop, in milliseconds; then sockets, probes and streams have their turn. */
const sliceMs = 10;
/**
 * How long new connections go before requests, in milliseconds. Node accepts one connection in each turn of the event loop. While connections
 * arrive, turns are short, so that a probe doesn't wait for as many slices as there are connections before it.
 */
const acceptMs = 5;
/** How long a queue must have been standing before requests that wait too long are refused: all of a short burst is answered. */
const standingMs = 1000;
/** How often the event loop is measured, in milliseconds. */
const tickMs = 50;

/**
 * Admits requests so that the event loop stays free for what comes first, however many there are. Requests are started for a short slice
 * of each turn, from the kind that has used the least time so far. The others wait, not long and not many of them, or are refused before
 * their body is read.
 */
export function createAdmission({ requests, waitMs, now = () => performance.now() }: AdmissionOptions): Admission {
	const budgets = Object.fromEntries(
		budgetNames.map((name) => [name, new RequestBudget(requests[name])]),
	) as unknown as Readonly<Record<BudgetName, RequestBudget>>;
	const all = Object.values(budgets);
	/** When the first request of this turn was started. */
	let turnStart: number | undefined;
	let isScheduled = false;
	/** Whether a connection was accepted in this turn, and when the first of those that came one after the other was. */
	let hasAccepted = false;
	let acceptingSince: number | undefined;
	let expectedAt = now() + tickMs;
	/** Since when every measurement has found the event loop late. */
	let lateSince: number | undefined;

	const isLate = (at: number): boolean => lateSince !== undefined && at - lateSince >= standingMs;
	const isTurnOver = (at: number): boolean => turnStart !== undefined && at - turnStart > sliceMs;
	const isOverdue = ({ standingSince }: RequestBudget, { since }: Waiting, at: number): boolean =>
		at - since > waitMs && at - standingSince > standingMs;

	function start(budget: RequestBudget, work: Work): void {
		const pass = budget.enter(now);
		const end = (): void => {
			pass.end();
			if (budget.waiting.length > 0) wake();
		};
		work.run(pass).then(end, end);
	}

	function refuse(budget: RequestBudget, work: Work, reason: RefusalReason): void {
		budget.refused[reason]++;
		work.refuse(reason);
	}

	/** Goes on at the end of this turn of the event loop. */
	function wake(): void {
		if (isScheduled) return;
		isScheduled = true;
		setImmediate(() => {
			isScheduled = false;
			turnStart = now();
			if (hasAccepted && turnStart - (acceptingSince ?? turnStart) < acceptMs) {
				hasAccepted = false;
				return wake();
			}
			hasAccepted = false;
			acceptingSince = undefined;
			goOn();
		});
	}

	/** Starts the next request of this turn's slice. */
	function goOn(): void {
		for (;;) {
			const at = now();
			const budget = nextOf(all, at);
			if (budget === undefined) {
				turnStart = undefined;
				return;
			}
			if (isTurnOver(at)) return wake();
			const waiting = budget.waiting.shift() as Waiting;
			if (!waiting.work.isWanted()) continue;
			if (isOverdue(budget, waiting, at)) {
				refuse(budget, waiting.work, "late");
				continue;
			}
			start(budget, waiting.work);
			// Most of the work of a request is done in microtasks. A tick that one of them queues comes after all of them.
			queueMicrotask(() =>
				nextTick(() => {
					budget.used += now() - at;
					goOn();
				}),
			);
			return;
		}
	}

	/** A request that waits for another one to end is refused in time, too. */
	function refuseOverdue(at: number): void {
		for (const budget of all) {
			for (
				let [first] = budget.waiting;
				first !== undefined && isOverdue(budget, first, at);
				[first] = budget.waiting
			) {
				budget.waiting.shift();
				if (first.work.isWanted()) refuse(budget, first.work, "late");
			}
		}
	}

	const timer = setInterval(() => {
		const at = now();
		lateSince = at - expectedAt > waitMs / 2 ? (lateSince ?? at) : undefined;
		expectedAt = at + tickMs;
		refuseOverdue(at);
		if (nextOf(all, at) !== undefined) wake();
	}, tickMs).unref();

	return {
		submit(name, work) {
			const budget = budgets[name];
			const at = now();
			if (budget.waiting.length === 0 && !hasAccepted && !isTurnOver(at) && budget.hasRoom(at)) {
				turnStart ??= at;
				start(budget, work);
				wake();
				return;
			}
			if (!budget.mayWait(false)) return refuse(budget, work, "full");
			if (isLate(at) && !budget.mayWait(true)) return refuse(budget, work, "late");
			if (budget.waiting.length === 0) {
				budget.standingSince = at;
				// Time that it has not used before gives it no right to more of it now.
				budget.used = Math.max(budget.used, nextOf(all, at)?.used ?? 0);
			}
			budget.waiting.push({ work, since: at });
			wake();
		},
		connected() {
			hasAccepted = true;
			acceptingSince ??= now();
			wake();
		},
		stateOf: (name) => budgets[name].state,
		close: () => clearInterval(timer),
	};
}

/** The kind with waiting requests, of which one may be started, that has used the least time. */
function nextOf(budgets: readonly RequestBudget[], at: number): RequestBudget | undefined {
	let next: RequestBudget | undefined;
	for (const budget of budgets)
		if (budget.waiting.length > 0 && (next === undefined || budget.used < next.used) && budget.hasRoom(at))
			next = budget;
	return next;
}
