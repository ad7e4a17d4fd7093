import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import type { buildConnector } from "undici";
import { OutboundFailure } from "#core/ports/http-client.ts";
import { isLoopbackAddress, isPublicAddress } from "./addresses.ts";

/** Decides whether a socket may be opened to this literal address for this scheme (`http:` or `https:`). */
export type AddressRule = (address: string, protocol: string) => boolean;

/** Allows https to public addresses; with `insecureLocalhost` also http and https to this machine. */
export function createAddressRule(insecureLocalhost: boolean): AddressRule {
	return (address, protocol) =>
		(protocol === "https:" && isPublicAddress(address)) || (insecureLocalhost && isLoopbackAddress(address));
}

/** Whether a socket may be opened to this literal address; with `insecureLocalhost` also to this machine. */
export const isReachable = (address: string, insecureLocalhost: boolean): boolean =>
	isPublicAddress(address) || (insecureLocalhost && isLoopbackAddress(address));

/**
 * Wraps a name lookup so that it returns only addresses that `allowed` accepts. The socket connects to an address returned
 * here, so a name that resolves differently a moment later (DNS rebinding) does not help an attacker.
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
 * Wraps undici's connector: a literal address, for which no lookup happens, is checked before the socket opens, and the
 * address that the socket is connected to is checked before any byte of a request is written.
 */
export function guardConnector(connect: buildConnector.connector, rule: AddressRule): buildConnector.connector {
	return (options, callback) => {
		const { hostname, protocol } = options;
		if (isIP(hostname) !== 0 && !rule(hostname, protocol)) {
			return callback(refusedAddress(hostname), null);
		}
		return connect(options, (...[error, socket]) => {
			if (error !== null) return callback(error, null);
			const fault = faultOfRemoteAddress(socket, hostname, (address) => rule(address, protocol));
			if (fault === undefined) return callback(null, socket);
			socket.destroy();
			callback(fault, null);
		});
	};
}

/** Checks the address that a socket is connected to; `undefined`: it is allowed. */
export function faultOfRemoteAddress(
	{ remoteAddress }: { readonly remoteAddress?: string | undefined },
	hostname: string,
	allowed: (address: string) => boolean,
): Error | undefined {
	// A socket that the peer closed at once has no address: a network error, not a refusal.
	if (remoteAddress === undefined) return new Error("The peer closed the connection at once");
	return allowed(remoteAddress) ? undefined : refusedAddress(hostname);
}

export function refusedAddress(hostname: string): OutboundFailure {
	return new OutboundFailure("refused", `${hostname} has no address that may be contacted`);
}
