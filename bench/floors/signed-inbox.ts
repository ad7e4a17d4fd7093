/** The floor of B1: Koa, a digest check, a signature check by node:crypto, and one row that is durable before the 202. */
import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import Koa from "koa";
import { serveCalls } from "../serve-calls.ts";
import { openRows, type Rows } from "./group-commit.ts";

const keys = new Map<string, KeyObject>();
let rows: Rows;

const app = new Koa();
app.use(async (context) => {
	const body = await bodyOf(context.req);
	context.status = isSigned(context.req, body) ? 202 : 401;
	if (context.status === 202) await rows.insert(body.toString());
	context.body = "";
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}

function isSigned({ method, url, headers }: IncomingMessage, body: Buffer): boolean {
	if (headers["digest"] !== `SHA-256=${hash("sha256", body, "base64")}`) return false;
	const fields = Object.fromEntries(
		[...String(headers["signature"]).matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
	);
	const valueOf = (name: string): unknown =>
		name === "(request-target)" ? `${method?.toLowerCase()} ${url}` : headers[name];
	const lines = String(fields["headers"])
		.split(" ")
		.map((name) => `${name}: ${valueOf(name)}`);
	const key = keys.get(fields["keyId"] ?? "");
	return (
		key !== undefined &&
		verify("sha256", Buffer.from(lines.join("\n")), key, Buffer.from(fields["signature"] ?? "", "base64"))
	);
}

const calls = {
	/** @param folder for its database @param known public keys in PEM, by their ids */
	async open(folder: string, known: Readonly<Record<string, string>>): Promise<string> {
		for (const [id, pem] of Object.entries(known)) keys.set(id, createPublicKey(pem));
		rows = openRows(path.join(folder, "floor.db"));
		const server = app.listen(0, "127.0.0.1");
		await new Promise((resolve) => server.once("listening", resolve));
		return `http://localhost:${(server.address() as AddressInfo).port}/users/jane/inbox`;
	},
	/** The stored bodies, in the order of their arrival. */
	bodies: (): readonly string[] => rows.bodies(),
};
export type SignedInboxFloor = typeof calls;
serveCalls(calls);
