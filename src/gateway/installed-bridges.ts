import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { ZodType } from "zod";
import type { BridgeModule } from "../bridge-kit/index.ts";

/** The installed bridges, whether enabled or not. Each has a folder, whose name is its key in the configuration. */
export interface InstalledBridges {
	readonly names: readonly string[];
	/** Loads only the schema of a bridge's section. */
	configSchema(name: string): Promise<ZodType>;
	/** Loads a bridge. @throws {Error} if there is no such bridge */
	load(name: string): Promise<BridgeModule<unknown>>;
}

const ownFolder = path.join(import.meta.dirname, "..", "..", "bridges");

/** Finds the bridges in a folder. They are loaded on demand. */
export function installedBridges(folder: string = ownFolder): InstalledBridges {
	const names = readdirSync(folder).filter((name) => existsSync(path.join(folder, name, "config.ts")));
	const read = (name: string, file: string): Promise<unknown> => import(path.join(folder, name, file));
	return {
		names,
		configSchema: async (name) => ((await read(name, "config.ts")) as { configSchema: ZodType }).configSchema,
		load: async (name) => ((await read(name, "index.ts")) as { default: BridgeModule<unknown> }).default,
	};
}
