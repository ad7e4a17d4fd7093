import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import test from "ava";
import { PayloadTooLarge, Unavailable } from "#core/errors.ts";
import { readBody } from "../../../src/http/base/body.ts";

const MiB = 1024 * 1024;
const response = { setHeader() {} } as unknown as ServerResponse;

/** A request whose body the test sends. */
const request = () => Object.assign(new Readable({ read() {} }), { headers: {} }) as unknown as IncomingMessage;

test("what is held of bodies that are still arriving is bounded in all, and free again when they end", async (t) => {
	const chunk = Buffer.alloc(MiB);
	const requests = Array.from({ length: 128 }, request);
	const reading = requests.map((one) => readBody(one, response, 2 * MiB));
	for (const one of requests) one.push(chunk);
	await new Promise((resolve) => setImmediate(resolve));

	const late = request();
	const refused = t.throwsAsync(readBody(late, response, 2 * MiB), { instanceOf: Unavailable });
	late.push(chunk);
	t.is((await refused)?.errorCode, "overloaded");

	const tooLarge = request();
	const rejected = t.throwsAsync(readBody(tooLarge, response, 10), { instanceOf: PayloadTooLarge });
	tooLarge.push(Buffer.alloc(100));
	tooLarge.push(null);
	await rejected;

	for (const one of requests) one.push(null);
	for (const body of await Promise.all(reading)) t.is(body.length, MiB);
	const next = request();
	const body = readBody(next, response, 2 * MiB);
	next.push(chunk);
	next.push(null);
	t.is((await body).length, MiB);
});
