import test from "ava";
import { isLoopbackAddress, isPublicAddress } from "../../src/outbound/addresses.ts";
import { specialAddresses } from "./data/special-addresses.ts";

for (const address of specialAddresses) {
	test(`${address} is not public`, (t) => {
		t.false(isPublicAddress(address));
	});
}

test("addresses of the public internet are public, up to the edges of the special ranges", (t) => {
	const addresses = [
		"1.1.1.1",
		"8.8.8.8",
		"9.255.255.255",
		"11.0.0.0",
		"100.63.255.255",
		"100.128.0.0",
		"126.255.255.255",
		"128.0.0.0",
		"172.15.255.255",
		"172.32.0.0",
		"192.0.1.0",
		"192.167.255.255",
		"198.17.255.255",
		"198.20.0.0",
		"223.255.255.255",
		"2001:200::1",
		"2001:4860:4860::8888",
		"2606:4700:4700::1111",
		"2a01:4f8::1",
	];
	for (const address of addresses) t.true(isPublicAddress(address), address);
});

test("text that is not an address is neither public nor loopback", (t) => {
	for (const text of ["", "example.com", "localhost", "1.2.3", "0x7f.1", "[::1]", "1.2.3.4:80", "::g"]) {
		t.false(isPublicAddress(text), text);
		t.false(isLoopbackAddress(text), text);
	}
});

test("only 127.0.0.0/8 and ::1 are loopback addresses", (t) => {
	for (const address of ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
		t.true(isLoopbackAddress(address), address);
	for (const address of ["0.0.0.0", "::", "10.0.0.1", "8.8.8.8", "::ffff:10.0.0.1"])
		t.false(isLoopbackAddress(address), address);
});
