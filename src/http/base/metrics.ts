export interface Request {
	/** `POST /api/groups/:g/…`, `bridge matrix`; never a path that contains ids. */
	readonly route: string;
	readonly method: string;
	readonly status: number;
}

export interface Metrics {
	/** Starts collecting. Before that, nothing is counted. */
	begin(): Promise<void>;
	observe(request: Request, seconds: number): void;
	/** The metrics in the text format of Prometheus. */
	expose(): Promise<{ readonly type: string; readonly text: string }>;
}

/**
 * Who may read the metrics: any request, none, or those with a token. They tell how much an instance is used, and when it can be overloaded.
 */
export type MetricsAccess = "open" | "closed" | { readonly token: string };
