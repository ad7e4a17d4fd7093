import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { until } from "../support/wait.ts";

export interface StreamEvent {
	readonly event: string;
	// biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
	readonly data: any;
	readonly id: string | undefined;
}

export interface EventClient {
	readonly status: number;
	readonly headers: IncomingMessage["headers"];
	/** The dispatched events, in order. */
	readonly events: readonly StreamEvent[];
	/** The last id that was received, with or without an event. */
	readonly lastId: string | undefined;
	readonly comments: number;
	readonly ended: boolean;
	/** Resolves when at least `count` events have arrived. */
	atLeast(count: number): Promise<readonly StreamEvent[]>;
	/** Kills the socket. */
	kill(): void;
	pause(): void;
	resume(): void;
}

/** Opens an event stream, on a socket of its own, and parses it according to the standard. */
export async function listenTo(
	url: string,
	token: string | undefined,
	headers: Readonly<Record<string, string>> = {},
): Promise<EventClient> {
	const events: StreamEvent[] = [];
	let lastId: string | undefined;
	let comments = 0;
	let ended = false;
	let rest = "";

	function read(text: string): void {
		rest += text;
		for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
			dispatch(rest.slice(0, end).split("\n"));
			rest = rest.slice(end + 2);
		}
	}
	function dispatch(lines: readonly string[]): void {
		const fields = new Map(
			lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
		);
		if (fields.has("")) comments++;
		const id = fields.get("id");
		lastId = id ?? lastId;
		const data = fields.get("data");
		if (data !== undefined) events.push({ event: fields.get("event") ?? "message", data: JSON.parse(data), id });
	}

	const { response, sent } = await new Promise<{ response: IncomingMessage; sent: ClientRequest }>(
		(resolve, reject) => {
			const sent = request(url, {
				agent: false,
				headers: {
					accept: "text/event-stream",
					...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
					...headers,
				},
			});
			sent
				.once("response", (response) => resolve({ response, sent }))
				.once("error", reject)
				.end();
		},
	);
	response.setEncoding("utf8").on("data", read);
	response
		.on("error", () => {})
		.on("close", () => {
			ended = true;
		});
	return {
		status: response.statusCode as number,
		headers: response.headers,
		events,
		get lastId() {
			return lastId;
		},
		get comments() {
			return comments;
		},
		get ended() {
			return ended;
		},
		atLeast: (count) => until(`${count} events (${url})`, () => events.length >= count && events),
		kill: () => sent.destroy(),
		pause: () => response.pause(),
		resume: () => response.resume(),
	};
}
