import { once } from "node:events";
import { createServer } from "node:net";
import { SetupError } from "#core/errors.ts";

/** Where to listen. */
export interface ListenAddress {
	readonly host: string;
	readonly port: number;
}

/** The section of the configuration that says where to listen. */
export type ListenSection = "listen" | "metrics";

/** Why a server can't listen, by the code of the system's error. */
const reasons: Readonly<Record<string, (section: ListenSection) => string>> = {
	EADDRINUSE: (section) => `another program listens there. Stop it, or set ${section}.port`,
	EACCES: (section) => `this user may not. Set ${section}.port to a port from 1024, and put a reverse proxy in front`,
	EADDRNOTAVAIL: (section) => `this machine doesn't have that address. Set ${section}.host`,
	ENOTFOUND: (section) => `there is no such host. Set ${section}.host`,
	EAI_AGAIN: (section) => `there is no such host. Set ${section}.host`,
};

/** The error of a server that can't listen, as one line for the operator. */
export function listenError(error: unknown, { host, port }: ListenAddress, section: ListenSection): unknown {
	const { code = "" } = error as { code?: string };
	const reason = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
	return reason === undefined ? error : new SetupError(`Can't listen on port ${port} of ${host}: ${reason(section)}`);
}

/**
 * Checks that a server can listen there, by listening for a moment, so that a start that must fail changes nothing.
 *
 * @throws {SetupError}
 */
export async function assertCanListen({ host, port }: ListenAddress, section: ListenSection): Promise<void> {
	const server = createServer();
	try {
		server.listen({ host, port });
		await once(server, "listening");
	} catch (error) {
		throw listenError(error, { host, port }, section);
	}
	server.close();
	await once(server, "close");
}
