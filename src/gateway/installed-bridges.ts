import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { ZodType } from "zod";
import type { BridgeModule } from "../bridge-kit/index.ts";

/** The bridges that there are, enabled or not: a folder each, whose name is the bridge's key in the configuration. */
export interface InstalledBridges {
	readonly names: readonly string[];
	/** The schema of a bridge's section, without the rest of the bridge. */
	configSchema(name: string): Promise<ZodType>;
	/** @throws {Error} there is no such bridge */
	load(name: string): Promise<BridgeModule<unknown>>;
}

const ownFolder = path.join(import.meta.dirname, "..", "..", "bridges");

/** Looks into a folder of bridges. Nothing of them is loaded before it is asked for. */
export function installedBridges(folder: string = ownFolder): InstalledBridges {
	const names = readdirSync(folder).filter((name) => existsSync(path.join(folder, name, "config.ts")));
	const read = (name: string, file: string): Promise<unknown> => import(path.join(folder, name, file));
	return {
		names,
		configSchema: async (name) => ((await read(name, "config.ts")) as { configSchema: ZodType }).configSchema,
		load: async (name) => ((await read(name, "index.ts")) as { default: BridgeModule<unknown> }).default,
	};
}
