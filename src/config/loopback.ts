import { isIPv4 } from "node:net";

/** True for the name or an address of this machine. @param host as {@link URL.hostname} gives it, which normalises IPv4 addresses; or an IPv6 address without brackets */
export const isLoopback = (host: string): boolean =>
	host === "localhost" || host === "[::1]" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
