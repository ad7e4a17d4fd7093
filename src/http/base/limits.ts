/** A rate limit: `points` per `seconds`. */
export interface Rate {
	readonly points: number;
	readonly seconds: number;
}

/** The classes of requests that have their own rate limit; the keys under `limits` in the configuration. */
export const limitNames = ["read", "post", "manage", "lookup", "auth", "stream", "inbox", "oauth", "register"] as const;
export type LimitName = (typeof limitNames)[number];

/** The kinds of requests that are admitted independently of each other; the keys under `limits.requests` in the configuration. */
export const budgetNames = ["api", "inbox", "transactions", "pages", "oauth"] as const;
export type BudgetName = (typeof budgetNames)[number];

export type Limits = Readonly<Record<LimitName, Rate>> & {
	/** Multiplies every rate. */
	readonly scale: number;
	/** How many requests of each kind are answered at the same time. */
	readonly requests: Readonly<Record<BudgetName, number>>;
	/** How long requests wait at most while there are more of them than can be answered, in milliseconds. */
	readonly waitMs: number;
	/** How many connections are open at the same time. */
	readonly connections: number;
	/** The maximum size of a JSON request body. */
	readonly bodyBytes: number;
	readonly jsonDepth: number;
	readonly jsonNodes: number;
};
