import { SetupError } from "#bridge-kit";
import type { MatrixConfig } from "../config.ts";
import { createHomeserver, type Homeserver, HomeserverError } from "../homeserver.ts";
import { readRegistration } from "../registration.ts";

/**
 * Asks the homeserver something on behalf of a command, and closes the connection afterwards.
 *
 * @throws {SetupError} in one line: the bridge is not enabled, the homeserver does not answer, or it does not know our token
 */
export async function askHomeserver<T>(config: MatrixConfig, ask: (homeserver: Homeserver) => Promise<T>): Promise<T> {
	if (!config.enabled) throw new SetupError("The bridge matrix is not enabled: set bridges.matrix.enabled");
	const homeserver = createHomeserver(config, readRegistration(config.registration, config.prefix));
	try {
		return await ask(homeserver);
	} catch (error) {
		if (error instanceof HomeserverError) throw new SetupError(explain(error, config), { cause: error });
		throw error;
	} finally {
		await homeserver.close();
	}
}

/** What a failed request means for the operator, in one line. */
export function explain({ status, errcode, message }: HomeserverError, { homeserverUrl }: MatrixConfig): string {
	const said = message.replaceAll(/\s+/g, " ");
	if (status === 401 || errcode === "M_UNKNOWN_TOKEN")
		return `The homeserver at ${homeserverUrl} does not know our token: it has another registration file, or was not restarted after it got this one`;
	if (status === 0 || status >= 500 || errcode === "")
		return `The homeserver at ${homeserverUrl} does not answer as a homeserver (bridges.matrix.homeserverUrl): ${said}`;
	return `The homeserver at ${homeserverUrl} refuses a request: ${said}`;
}
