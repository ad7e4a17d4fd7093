import { BlockList, isIP } from "node:net";

/** IPv4 ranges that are not public: IANA's special-purpose registry, multicast and reserved ranges. */
const SPECIAL_IPV4 = [
	["0.0.0.0", 8],
	["10.0.0.0", 8],
	["100.64.0.0", 10],
	["127.0.0.0", 8],
	["169.254.0.0", 16],
	["172.16.0.0", 12],
	["192.0.0.0", 24],
	["192.0.2.0", 24],
	["192.88.99.0", 24],
	["192.168.0.0", 16],
	["198.18.0.0", 15],
	["198.51.100.0", 24],
	["203.0.113.0", 24],
	["224.0.0.0", 4],
	["240.0.0.0", 4],
] as const;

/**
 * The special ranges inside 2000::/3, the only global unicast part of IPv6: Teredo and other protocol assignments,
 * documentation, and 6to4, which wraps any IPv4 address. Mapped, NAT64, local and multicast addresses are outside it.
 */
const SPECIAL_IPV6 = [
	["2001::", 23],
	["2001:db8::", 32],
	["2002::", 16],
	["3fff::", 20],
] as const;

const special = new BlockList();
for (const [net, prefix] of SPECIAL_IPV4) special.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of SPECIAL_IPV6) special.addSubnet(net, prefix, "ipv6");

const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether this is a literal public address. `false` for text that is not an address. */
export function isPublicAddress(address: string): boolean {
	switch (isIP(address)) {
		case 4:
			return !special.check(address, "ipv4");
		case 6:
			return globalUnicast.check(address, "ipv6") && !special.check(address, "ipv6");
		default:
			return false;
	}
}

/** Whether this is a literal loopback address: 127.0.0.0/8 (also mapped into IPv6) or ::1. */
export function isLoopbackAddress(address: string): boolean {
	const family = isIP(address);
	return family !== 0 && loopback.check(address, family === 4 ? "ipv4" : "ipv6");
}
