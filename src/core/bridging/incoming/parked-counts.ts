import { type ParkedEvent, type ParkedScope, parkedScopes, scopeOf } from "./parked-event.ts";

/** Rows and bytes of parked events. */
export interface ParkedAmount {
	readonly rows: number;
	readonly bytes: number;
}

/** How much may be parked in all, from one server, and behind one key. */
export type ParkedLimits = Readonly<Record<ParkedScope, ParkedAmount>>;

const MiB = 1024 * 1024;

/** With these limits, what is parked is read within two seconds at the start. */
export const parkedLimits: ParkedLimits = {
	all: { rows: 100_000, bytes: 64 * MiB },
	origin: { rows: 20_000, bytes: 16 * MiB },
	key: { rows: 5_000, bytes: 16 * MiB },
};

/** The part of a parked event that is counted. */
export type Counted = Pick<ParkedEvent, "origin" | "waitsFor" | "bytes">;

/** Counts what is parked in each scope. What is empty takes no memory. */
export interface ParkedCounts {
	add(parked: Counted): void;
	remove(parked: Counted): void;
	of(scope: ParkedScope, name: string): ParkedAmount;
	/** The names of a scope in which something is parked. */
	names(scope: ParkedScope): Iterable<string>;
	/** The first scope whose limit is exceeded among those that an event counts in. */
	exceeded(parked: Counted): ParkedScope | undefined;
}

const nothing: ParkedAmount = { rows: 0, bytes: 0 };

export function createParkedCounts(limits: ParkedLimits): ParkedCounts {
	const amounts: Readonly<Record<ParkedScope, Map<string, ParkedAmount>>> = {
		all: new Map(),
		origin: new Map(),
		key: new Map(),
	};
	const of = (scope: ParkedScope, name: string): ParkedAmount => amounts[scope].get(name) ?? nothing;

	function change(parked: Counted, sign: 1 | -1): void {
		for (const scope of parkedScopes) {
			const name = scopeOf[scope](parked);
			const before = of(scope, name);
			const after = { rows: before.rows + sign, bytes: before.bytes + sign * parked.bytes };
			if (after.rows > 0) amounts[scope].set(name, after);
			else amounts[scope].delete(name);
		}
	}

	return {
		add: (parked) => change(parked, 1),
		remove: (parked) => change(parked, -1),
		of,
		names: (scope) => amounts[scope].keys(),
		exceeded: (parked) =>
			parkedScopes.find((scope) => {
				const { rows, bytes } = of(scope, scopeOf[scope](parked));
				return rows > limits[scope].rows || bytes > limits[scope].bytes;
			}),
	};
}
