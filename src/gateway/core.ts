import { consumers } from "#core/catalogue/consumers.ts";
import { foldsOf } from "#core/catalogue/folds.ts";
import type { CoreContext } from "#core/events/context.ts";
import { createEpochs, type Epochs } from "#core/events/epochs.ts";
import { createLog } from "#core/events/log.ts";
import type { Identity, IdentityContext } from "#core/identity/identity.ts";
import { domainOf } from "../config.ts";
import { createText } from "../text/text.ts";

type Given = "origin" | "store" | "bus" | "clock" | "logger" | "failPoints" | "vault" | "policy";

/** The adapters that the core is built of. */
export type CoreParts = Pick<CoreContext, Given> & {
	readonly identity: Identity;
	/** Those of a store that was never restored, if absent. */
	readonly epochs?: Epochs;
};

/** The context of the use cases, and the hook for work of the consumers of the log. */
export interface BuiltCore {
	readonly context: IdentityContext;
	/** Sets the function that is called for each commit with work for consumers. It is set once lanes exist. */
	onOwed(wake: (stream: string, consumers: readonly string[]) => void): void;
}

/** Builds the core on its adapters. */
export function buildCore(parts: CoreParts): BuiltCore {
	let wake = (_stream: string, _consumers: readonly string[]): void => {};
	const { origin, store, bus, epochs = createEpochs() } = parts;
	const log = createLog({
		store,
		bus,
		folds: foldsOf,
		consumers,
		onOwed: (stream, owing) => wake(stream, owing),
	});
	return {
		context: { ...parts, epochs, domain: domainOf(origin), log, text: createText() },
		onOwed(callback) {
			wake = callback;
		},
	};
}
