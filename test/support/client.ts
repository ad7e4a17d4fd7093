/** An API client of one account. */
export interface Client {
	/** `handle@domain` */
	readonly address: string;
	readonly token: string;
	/** Calls the API and returns the body; throws if the response is an error. */
	call<T = any>(method: string, route: string, body?: unknown, headers?: Record<string, string>): Promise<T>;
	/** Calls the API and returns the response, even an error. */
	answer(method: string, route: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export interface Answer {
	readonly status: number;
	readonly body: Record<string, unknown>;
	readonly headers: Headers;
}

/** Creates a client with an existing token. */
export function createClient(origin: string, address: string, token: string): Client {
	const answer: Client["answer"] = async (method, route, body, headers = {}) => {
		const response = await fetch(`${origin}${route}`, {
			method,
			headers: {
				Authorization: `Bearer ${token}`,
				...(body === undefined ? {} : { "Content-Type": "application/json" }),
				...headers,
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const text = await response.text();
		return {
			status: response.status,
			body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
			headers: response.headers,
		};
	};
	return {
		address,
		token,
		answer,
		async call(method, route, body, headers) {
			const { status, body: answered } = await answer(method, route, body, headers);
			if (status >= 400) throw new Error(`${method} ${route}: ${status} ${JSON.stringify(answered)}`);
			return answered as never;
		},
	};
}
