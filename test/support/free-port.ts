import { type AddressInfo, createServer } from "node:net";

/** Finds a free port. It may be used by another process if the caller does not listen on it soon. */
export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}
