export interface Request {
	/** `POST /api/groups/:g/…`, `bridge matrix`: never a path with ids in it. */
	readonly route: string;
	readonly method: string;
	readonly status: number;
}

export interface Metrics {
	observe(request: Request, seconds: number): void;
	/** The text that Prometheus reads. */
	expose(): Promise<{ readonly type: string; readonly text: string }>;
}
