export interface Request {
	/** `POST /api/groups/:g/…`, `bridge matrix`; never a path that contains ids. */
	readonly route: string;
	readonly method: string;
	readonly status: number;
}

export interface Metrics {
	observe(request: Request, seconds: number): void;
	/** The metrics in the text format of Prometheus. */
	expose(): Promise<{ readonly type: string; readonly text: string }>;
}
