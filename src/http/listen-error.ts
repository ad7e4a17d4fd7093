import { once } from "node:events";
import { createServer } from "node:net";
import { SetupError } from "#core/errors.ts";

/** Where to listen. */
export interface ListenAddress {
	readonly host: string;
	readonly port: number;
}

/** Why a server can't listen, by the code of the system's error. */
const reasons: Readonly<Record<string, string>> = {
	EADDRINUSE: "another program listens there. Stop it, or set listen.port",
	EACCES: "this user may not. Set listen.port to a port from 1024, and put a reverse proxy in front",
	EADDRNOTAVAIL: "this machine doesn't have that address. Set listen.host",
	ENOTFOUND: "there is no such host. Set listen.host",
	EAI_AGAIN: "there is no such host. Set listen.host",
};

/** The error of a server that can't listen, as one line for the operator. */
export function listenError(error: unknown, { host, port }: ListenAddress): unknown {
	const { code = "" } = error as { code?: string };
	const reason = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
	return reason === undefined ? error : new SetupError(`Can't listen on port ${port} of ${host}: ${reason}`);
}

/**
 * Checks that a server can listen there, by listening for a moment, so that a start that must fail changes nothing.
 *
 * @throws {SetupError}
 */
export async function assertCanListen({ host, port }: ListenAddress): Promise<void> {
	const server = createServer();
	try {
		server.listen({ host, port });
		await once(server, "listening");
	} catch (error) {
		throw listenError(error, { host, port });
	}
	server.close();
	await once(server, "close");
}
