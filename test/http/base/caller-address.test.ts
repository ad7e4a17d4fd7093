import type { IncomingMessage } from "node:http";
import test from "ava";
import { callerAddress, readAddress } from "../../../src/http/base/caller-address.ts";

const four = ["192.0.2.1", "10.0.0.1", "255.255.255.255"];
const six = ["2001:db8::1", "::1", "2001:db8:0:1:2:3:4:5", "fe80::1"];
const ports = ["", ":1", ":443", ":65535", ":"];

test("an address is read with and without port, brackets, quotes, spaces and zone", (t) => {
	for (const address of four)
		for (const port of ports)
			for (const text of [`${address}${port}`, ` ${address}${port} `, `"${address}${port}"`])
				t.is(readAddress(text), address, text);
	for (const address of six) {
		for (const text of [address, ` ${address}`, `"${address}"`, `${address}%eth0`, address.toUpperCase()])
			t.is(readAddress(text), address, text);
		for (const port of ports)
			for (const text of [`[${address}]${port}`, `"[${address}]${port}"`, `[${address}%25en0]${port}`])
				t.is(readAddress(text), address, text);
	}
});

test("an IPv6 address has one form, however many zeros are written", (t) => {
	for (const text of [
		"2001:db8::1",
		"2001:0db8::0001",
		"2001:DB8:0:0:0:0:0:1",
		"[2001:db8:0000::0:1]:443",
		"2001:db8::0.0.0.1",
	])
		t.is(readAddress(text), "2001:db8::1", text);
});

test("an IPv4 address that is mapped to IPv6 is an IPv4 address", (t) => {
	for (const text of ["::ffff:192.0.2.1", "::FFFF:c000:201", "0:0:0:0:0:ffff:192.0.2.1", "[::ffff:192.0.2.1]:80"])
		t.is(readAddress(text), "192.0.2.1", text);
	t.is(readAddress("2001:db8::ffff:c000:201"), "2001:db8::ffff:c000:201");
});

/** What proxies write instead of an address, or what a client could make them write. */
const noAddress = [
	"",
	"unknown",
	"_hidden",
	"localhost",
	"localhost:80",
	"192.0.2",
	"192.0.2.1.2",
	"192.0.2.01",
	"192.0.2.256:80",
	"192.0.2.1:x",
	"[192.0.2.1",
	"[2001:db8::1",
	"2001:db8::g",
	"[2001:db8::1]:80:80",
	":80",
	"[]:80",
	"for=192.0.2.1",
	"x".repeat(9000),
];

test("anything else is not an address", (t) => {
	for (const text of noAddress) t.is(readAddress(text), undefined, text.slice(0, 40));
});

const request = (forwarded: string | undefined, remoteAddress = "::ffff:127.0.0.1"): IncomingMessage =>
	({ headers: { "x-forwarded-for": forwarded }, socket: { remoteAddress } }) as unknown as IncomingMessage;

test("behind a proxy the last entry counts, whatever the ones before it say", (t) => {
	for (const before of ["", "198.51.100.7, ", "x,[::1]:2,", "198.51.100.7:80 ,\t"])
		for (const [last, address] of [
			["203.0.113.9:4711", "203.0.113.9"],
			["[2001:db8::9]:4711", "2001:db8::9"],
		] as const)
			t.is(callerAddress(request(before + last), true), address, before + last);
});

test("what is not an address counts as the proxy", (t) => {
	for (const text of [undefined, ...noAddress, ...noAddress.map((last) => `203.0.113.9, ${last}`)])
		t.is(callerAddress(request(text), true), "127.0.0.1", text?.slice(0, 40));
});

test("without a proxy the header is ignored", (t) => {
	t.is(callerAddress(request("203.0.113.9"), false), "127.0.0.1");
	t.is(callerAddress(request("203.0.113.9", "2001:db8::7"), false), "2001:db8::7");
});
