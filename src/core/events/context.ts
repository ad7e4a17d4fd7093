import type { Clock } from "../clock.ts";
import type { Bus } from "../ports/bus.ts";
import type { FailPoints } from "../ports/fail-points.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { Text } from "../ports/text.ts";
import type { Vault } from "../vault.ts";
import type { Epochs } from "./epochs.ts";
import type { Log } from "./log.ts";

/** What every use case may need; built once, in `gateway.ts`. */
export interface CoreContext {
	/** `https://social.example`; from the configuration, never from a request. */
	readonly origin: string;
	/** `social.example`, with the port if it is not the scheme's default. */
	readonly domain: string;
	readonly store: Store;
	readonly log: Log;
	readonly bus: Bus;
	readonly epochs: Epochs;
	readonly clock: Clock;
	readonly text: Text;
	readonly logger: Logger;
	readonly failPoints: FailPoints;
	/** Encrypts secrets that have to be read again (design §9 rule 6). */
	readonly vault: Vault;
	readonly policy: {
		/** How long an author may edit a message, in milliseconds. */
		readonly editWindowMs: number;
		/** Longest text of a message and of an article, in bytes of UTF-8. */
		readonly textBytes: number;
		readonly articleBytes: number;
	};
}
