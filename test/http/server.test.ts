import { connect, type Socket } from "node:net";
import test, { type ExecutionContext } from "ava";
import { until } from "../support/wait.ts";
import { openDoor } from "./door.ts";

async function open(t: ExecutionContext) {
	const door = await openDoor();
	t.teardown(() => door.close());
	const dial = (): { socket: Socket; answer: () => string; closed: Promise<void> } => {
		const socket = connect(door.port, "127.0.0.1").setEncoding("utf8");
		let text = "";
		socket.on("data", (data: string) => (text += data)).on("error", () => {});
		t.teardown(() => socket.destroy());
		return { socket, answer: () => text, closed: new Promise((resolve) => socket.once("close", () => resolve())) };
	};
	return { door, dial };
}

/** The status and body of a raw HTTP response. */
function parse(text: string) {
	const [head = "", body = ""] = text.split("\r\n\r\n");
	return { status: Number(head.split(" ")[1]), head, body: JSON.parse(body) as Record<string, unknown> };
}

test("an unparsable request, or one with too long a head, gets a problem document", async (t) => {
	const { dial } = await open(t);
	for (const [sent, status, errorCode] of [
		["NONSENSE\r\n\r\n", 400, "invalid_request"],
		["GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "invalid_request"],
		[`GET /?q=${"x".repeat(33 * 1024)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, "headers_too_large"],
		[`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(33 * 1024)}\r\n\r\n`, 431, "headers_too_large"],
	] as const) {
		const { socket, answer, closed } = dial();
		socket.write(sent);
		await closed;
		const { head, body, ...rest } = parse(answer());
		t.is(rest.status, status);
		t.regex(head, /\r\nContent-Type: application\/problem\+json\r\n/);
		t.regex(head, /\r\nConnection: close\r\n/);
		t.like(body, { status, errorCode, type: `urn:causeway:problem:${errorCode}` });
	}
});

test("the longest query that the API accepts fits", async (t) => {
	const { door } = await open(t);
	const jane = await door.person("jane");
	const query = `channels=${"x".repeat(8000)}&lastEventId=${"x".repeat(8192)}`;
	t.is((await door.ask("GET", `/api/events?${query}`, { token: jane.token })).status, 404);
	const over = await door.ask("GET", `/api/events?${query}x`, { token: jane.token });
	t.deepEqual([over.status, over.body.errors[0].field], [400, "lastEventId"]);
});

test("nothing is written into the middle of a response, whatever the client sends meanwhile", async (t) => {
	const { door, dial } = await open(t);
	const jane = await door.person("jane");
	const { socket, answer, closed } = dial();
	socket.write(`GET /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${jane.token}\r\n\r\n`);
	await until("the stream", () => answer().includes("retry: "));
	socket.write("NONSENSE\r\n\r\n");
	await closed;
	t.notRegex(answer(), /400|problem/);
	await until("the stream to end", () => door.events.size === 0);
});
