/** A rate: so many points in so many seconds. */
export interface Rate {
	readonly points: number;
	readonly seconds: number;
}

/** The classes of requests that have a limit of their own; the keys under `limits` of the configuration. */
export const limitNames = ["read", "post", "manage", "lookup", "auth", "stream", "inbox", "oauth", "register"] as const;
export type LimitName = (typeof limitNames)[number];

export type Limits = Readonly<Record<LimitName, Rate>> & {
	/** Multiplies every rate. */
	readonly scale: number;
	/** Of a JSON document that is sent to us. */
	readonly bodyBytes: number;
	readonly jsonDepth: number;
	readonly jsonNodes: number;
};
