import { consumers } from "#core/catalogue/consumers.ts";
import { foldsOf } from "#core/catalogue/folds.ts";
import { createLog } from "#core/events/log.ts";
import type { World } from "#core/events/world.ts";
import type { Identity, IdentityWorld } from "#core/identity/identity.ts";
import { domainOf } from "../config.ts";
import { createText } from "../text/text.ts";

type Given = "origin" | "store" | "bus" | "clock" | "logger" | "failPoints" | "vault" | "policy";

export type CoreParts = Pick<World, Given> & { readonly identity: Identity };

/** What every use case is handed, and who is told of work for the log's consumers. */
export interface BuiltCore {
	readonly world: IdentityWorld;
	/** `wake` is called for each commit that leaves work to consumers; set when there are lanes to do it in. */
	onOwed(wake: (stream: string, consumers: readonly string[]) => void): void;
}

export function buildCore(parts: CoreParts): BuiltCore {
	let wake = (_stream: string, _consumers: readonly string[]): void => {};
	const { origin, store, bus } = parts;
	const log = createLog({
		store,
		bus,
		folds: foldsOf,
		consumers,
		onOwed: (stream, owing) => wake(stream, owing),
	});
	return {
		world: { ...parts, domain: domainOf(origin), log, text: createText() },
		onOwed(callback) {
			wake = callback;
		},
	};
}
