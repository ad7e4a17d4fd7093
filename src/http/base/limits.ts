/** A rate limit: `points` per `seconds`. */
export interface Rate {
	readonly points: number;
	readonly seconds: number;
}

/** The classes of requests that have their own rate limit; the keys under `limits` in the configuration. */
export const limitNames = ["read", "post", "manage", "lookup", "auth", "stream", "inbox", "oauth", "register"] as const;
export type LimitName = (typeof limitNames)[number];

export type Limits = Readonly<Record<LimitName, Rate>> & {
	/** Multiplies every rate. */
	readonly scale: number;
	/** The maximum size of a JSON request body. */
	readonly bodyBytes: number;
	readonly jsonDepth: number;
	readonly jsonNodes: number;
};
