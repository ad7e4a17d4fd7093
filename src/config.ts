import { readFileSync } from "node:fs";
import path from "node:path";
import { parse, YAMLError } from "yaml";
import type { ZodType, z } from "zod";
import { isSection, readEnvironment, variableThatSet, withOverrides } from "./config/environment.ts";
import { ConfigError } from "./config/error.ts";
import { explain } from "./config/explain.ts";
import { keysOf } from "./config/keys.ts";
import { configSchema } from "./config/schema.ts";

export { ConfigError } from "./config/error.ts";
export { configSchema } from "./config/schema.ts";

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

/** The section of a bridge; its other keys are defined by the bridge's own schema. */
export interface BridgeSection {
	readonly enabled: boolean;
	readonly [key: string]: unknown;
}

/** The complete, validated and frozen configuration, documented in `config/default.yaml`; `dataDir` is absolute. */
export type Config = Frozen<Omit<z.output<ReturnType<typeof configSchema>>, "bridges">> & {
	readonly bridges: Readonly<Record<string, BridgeSection>>;
};

export interface ConfigSources {
	/** A YAML file; if absent, only the defaults and the environment apply. */
	readonly file?: string | undefined;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The schema of each bridge's section, by the bridge's name. */
	readonly bridges: Readonly<Record<string, ZodType>>;
}

/**
 * Reads the file, lets the environment override it (`publicUrl` is `CAUSEWAY_PUBLIC_URL`), fills in the defaults.
 *
 * @throws {ConfigError} lists every problem: an unreadable file, unknown keys, invalid values, backends that do not exist yet
 */
export function loadConfig({ file, env, bridges }: ConfigSources): Config {
	const schema = configSchema(bridges);
	const keys = keysOf(schema);
	const { overrides, problems } = readEnvironment(env, keys);
	const input = withOverrides(file === undefined ? {} : readFile(file), overrides);
	const parsed = schema.safeParse(input);
	const wrong = parsed.success ? [] : parsed.error.issues.flatMap((issue) => explain(issue, input, keys));
	const all = [
		...problems,
		...wrong.map((problem) => withSource(problem, variableThatSet(problem.path, overrides) ?? file)),
	];
	if (!parsed.success || all.length > 0) throw new ConfigError(all);
	return deepFreeze({ ...parsed.data, dataDir: path.resolve(parsed.data.dataDir) }) as Config;
}

/** The provider's domain: `host[:port]`, without the scheme's default port (design §5). Compare it including the port. */
export const domainOf = (publicUrl: string): string => new URL(publicUrl).host;

/** Reads an empty section (`federation:` and nothing below it) as one without keys, and an empty file as one without sections. */
function readFile(file: string): unknown {
	try {
		return withoutNulls(parse(readFileSync(file, "utf8")) ?? {});
	} catch (error) {
		if (error instanceof YAMLError)
			throw new ConfigError([{ path: file, expected: "YAML", found: error.message.replace(/:?\n[^]*/, "") }]);
		throw new ConfigError([
			{
				path: file,
				expected: "a readable file",
				found: error instanceof Error ? error.message : String(error),
			},
		]);
	}
}

function withoutNulls(value: unknown): unknown {
	if (!isSection(value)) return value;
	return Object.fromEntries(
		Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
	);
}

const withSource = <P extends object>(problem: P, source: string | undefined): P & { source?: string } =>
	source === undefined ? problem : { ...problem, source };

function deepFreeze<T>(value: T): T {
	if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) deepFreeze(inner);
	return Object.freeze(value);
}
