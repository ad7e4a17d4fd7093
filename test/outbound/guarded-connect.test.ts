import type { LookupAddress } from "node:dns";
import { EventEmitter } from "node:events";
import type { LookupFunction } from "node:net";
import test from "ava";
import type { buildConnector } from "undici";
import { OutboundFailure } from "#core/ports/http-client.ts";
import { isPublicAddress } from "../../src/outbound/addresses.ts";
import { createAddressRule, guardConnector, guardLookup } from "../../src/outbound/guarded-connect.ts";

const answering =
	(...addresses: string[]): LookupFunction =>
	(_hostname, _options, callback) =>
		callback(
			null,
			addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
		);

function resolve(lookup: LookupFunction, all: boolean): Promise<string | LookupAddress[]> {
	return new Promise((done, fail) => {
		lookup("peer.example", { all }, (error, address) => (error ? fail(error) : done(address)));
	});
}

test("a lookup returns the public addresses of a name and hides the others", async (t) => {
	const lookup = guardLookup(answering("10.0.0.1", "8.8.8.8", "::1", "2a01:4f8::1"), isPublicAddress);
	t.deepEqual(await resolve(lookup, true), [
		{ address: "8.8.8.8", family: 4 },
		{ address: "2a01:4f8::1", family: 6 },
	]);
	t.is(await resolve(lookup, false), "8.8.8.8");
});

test("a lookup that answers synchronously with a single address is guarded too", async (t) => {
	const single: LookupFunction = (_hostname, _options, callback) => callback(null, "127.0.0.1", 4);
	const error = await t.throwsAsync(resolve(guardLookup(single, isPublicAddress), true), {
		instanceOf: OutboundFailure,
	});
	t.is(error.kind, "refused");
});

test("an error of the lookup is passed on", async (t) => {
	const broken: LookupFunction = (_hostname, _options, callback) => callback(new Error("ENOTFOUND"), "");
	await t.throwsAsync(resolve(guardLookup(broken, isPublicAddress), true), { message: "ENOTFOUND" });
});

/** A connector whose socket is connected to `address`. */
function reaching(address: string | undefined) {
	const socket = Object.assign(new EventEmitter(), { remoteAddress: address, destroyed: false });
	const destroy = () => void (socket.destroyed = true);
	const connect = ((_options, callback) =>
		callback(null, Object.assign(socket, { destroy }) as never)) as buildConnector.connector;
	return { socket, connect };
}

function connectTo(connect: buildConnector.connector, hostname: string, protocol = "https:"): Promise<Error | null> {
	return new Promise((done) => connect({ hostname, protocol, port: "443" }, (...[error]) => done(error)));
}

test("a socket connected to a private address is destroyed before anything is written", async (t) => {
	const { socket, connect } = reaching("10.1.2.3");
	const error = await connectTo(guardConnector(connect, createAddressRule(false)), "peer.example");
	t.is((error as OutboundFailure).kind, "refused");
	t.true(socket.destroyed);
});

test("a socket connected to a public address is passed to the caller", async (t) => {
	const { socket, connect } = reaching("8.8.8.8");
	t.is(await connectTo(guardConnector(connect, createAddressRule(false)), "peer.example"), null);
	t.false(socket.destroyed);
});

test("a socket without a remote address is a network failure and is not used", async (t) => {
	const { socket, connect } = reaching(undefined);
	const error = await connectTo(guardConnector(connect, createAddressRule(false)), "peer.example");
	t.false(error instanceof OutboundFailure);
	t.true(socket.destroyed);
});

test("no socket is opened to a private literal address", async (t) => {
	const never: buildConnector.connector = () => t.fail("a socket was opened");
	const error = await connectTo(guardConnector(never, createAddressRule(false)), "192.168.1.1");
	t.is((error as OutboundFailure).kind, "refused");
});

test("http is only allowed to loopback addresses, and only with insecureLocalhost", (t) => {
	const closed = createAddressRule(false);
	t.true(closed("8.8.8.8", "https:"));
	t.false(closed("8.8.8.8", "http:"));
	t.false(closed("127.0.0.1", "https:"));
	const opened = createAddressRule(true);
	t.true(opened("8.8.8.8", "https:"));
	t.false(opened("8.8.8.8", "http:"));
	t.true(opened("127.0.0.1", "http:"));
	t.true(opened("::1", "https:"));
	t.false(opened("10.0.0.1", "http:"));
	t.false(opened("0.0.0.0", "http:"));
});
