import type { Logger } from "#core/ports/logger.ts";
import { StoreUnavailable } from "#core/ports/store.ts";

/**
 * How long an answer of the store holds, how long one is waited for, and after how long without an answer the store is asked again, in
 * milliseconds.
 */
const times = { valid: 1_000, patience: 2_000, abandon: 30_000 };

/** The parts of a check of the store. */
export interface StoreCheckParts {
	/** Reads and writes something. */
	readonly probe: () => Promise<void>;
	/** Told what is wrong with the store when that begins, and `undefined` when it is over. */
	readonly onChange: (trouble: unknown) => void;
	readonly times?: typeof times;
}

/**
 * Whether the store can be read and written now: `undefined`, or the error. It answers in time whatever the store does. However many ask,
 * the store is asked once a second at most, and not again while it owes an answer, unless it has owed it for long: a connection may have been lost unnoticed.
 */
export function createStoreCheck({
	probe,
	onChange,
	times: { valid, patience, abandon } = times,
}: StoreCheckParts): () => Promise<unknown> {
	let asked: Promise<unknown> | undefined;
	let answer: Promise<unknown> | undefined;
	let trouble: unknown;

	function ask(): Promise<unknown> {
		asked ??= begin();
		return inTime(asked, patience);
	}

	function begin(): Promise<unknown> {
		const probing = probe().then(
			() => undefined,
			(error: unknown) => error,
		);
		const forget = (): void => {
			clearTimeout(timer);
			if (asked === probing) asked = undefined;
		};
		const timer = setTimeout(forget, abandon).unref();
		void probing.then(forget);
		return probing;
	}

	function note(found: unknown): unknown {
		if ((found === undefined) !== (trouble === undefined)) onChange(found);
		trouble = found;
		return found;
	}

	return () =>
		(answer ??= ask()
			.then(note)
			.finally(() => {
				setTimeout(() => {
					answer = undefined;
				}, valid).unref();
			}));
}

async function inTime(asked: Promise<unknown>, patience: number): Promise<unknown> {
	const late = Promise.withResolvers<unknown>();
	const timer = setTimeout(() => late.resolve(new StoreUnavailable("The store has not answered in time")), patience);
	const answer = await Promise.race([asked, late.promise]);
	clearTimeout(timer);
	return answer;
}

/** Logs that the provider is no longer ready, or is ready again. */
export function logReadiness(logger: Logger, trouble: unknown): void {
	if (trouble === undefined) logger.info({}, "The database can be used again");
	else logger.error({ err: trouble }, "The database can't be used now; until it can, /readyz answers 503");
}
