import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import type { buildConnector } from "undici";
import { OutboundFailure } from "#core/ports/http-client.ts";
import { isLoopbackAddress, isPublicAddress } from "./addresses.ts";

/** Says whether a socket may be opened to this literal address for this scheme (`http:` or `https:`). */
export type AddressRule = (address: string, protocol: string) => boolean;

/** https to the public internet; with `insecureLocalhost` also both schemes to the machine itself, and http nowhere else. */
export function createAddressRule(insecureLocalhost: boolean): AddressRule {
	return (address, protocol) =>
		(protocol === "https:" && isPublicAddress(address)) || (insecureLocalhost && isLoopbackAddress(address));
}

/** Whether a socket may be opened to this literal address at all; with `insecureLocalhost` also to the machine itself. */
export const isReachable = (address: string, insecureLocalhost: boolean): boolean =>
	isPublicAddress(address) || (insecureLocalhost && isLoopbackAddress(address));

/**
 * Wraps a name lookup so that it gives out nothing but addresses that `allowed` accepts. The socket connects to what it
 * was given here, so a name that resolves differently a moment later gains nothing.
 */
export function guardLookup(lookup: LookupFunction, allowed: (address: string) => boolean): LookupFunction {
	return (hostname, options, callback) => {
		lookup(hostname, { ...options, all: true }, (error, found, family) => {
			if (error !== null && error !== undefined) return callback(error, []);
			const addresses: LookupAddress[] = Array.isArray(found)
				? found
				: [{ address: found, family: family ?? isIP(found) }];
			const safe = addresses.filter(({ address }) => allowed(address));
			const first = safe[0];
			if (first === undefined) return callback(refusedAddress(hostname), []);
			if (options.all === true) return callback(null, safe);
			callback(null, first.address, first.family);
		});
	};
}

/**
 * Wraps undici's connector: a literal address is checked before the socket opens (no lookup happens for it), and the
 * address that the socket really reached is checked before a byte of a request is written.
 */
export function guardConnector(connect: buildConnector.connector, rule: AddressRule): buildConnector.connector {
	return (options, callback) => {
		const { hostname, protocol } = options;
		if (isIP(hostname) !== 0 && !rule(hostname, protocol)) {
			return callback(refusedAddress(hostname), null);
		}
		return connect(options, (...[error, socket]) => {
			if (error !== null) return callback(error, null);
			const fault = faultOfReached(socket, hostname, (address) => rule(address, protocol));
			if (fault === undefined) return callback(null, socket);
			socket.destroy();
			callback(fault, null);
		});
	};
}

/** What is wrong with the address that a socket has really reached; `undefined`: nothing. */
export function faultOfReached(
	{ remoteAddress }: { readonly remoteAddress?: string | undefined },
	hostname: string,
	allowed: (address: string) => boolean,
): Error | undefined {
	// A peer that hung up at once leaves no address behind: a network trouble, not a verdict.
	if (remoteAddress === undefined) return new Error("The connection closed at once");
	return allowed(remoteAddress) ? undefined : refusedAddress(hostname);
}

export function refusedAddress(hostname: string): OutboundFailure {
	return new OutboundFailure("refused", `${hostname} has no address that may be contacted`);
}
