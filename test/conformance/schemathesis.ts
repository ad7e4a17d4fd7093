import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { ApiScene, Known } from "./api-scene.ts";

const programs = path.join(import.meta.dirname, "..", "..", ".peers", "openapi", "bin");

/** Runs a program of the venv. Resolves with its exit code and output, even if it reports faults. */
function run(program: string, args: readonly string[], cwd: string): Promise<{ code: number; output: string }> {
	return new Promise((resolve) => {
		execFile(
			path.join(programs, program),
			args,
			{ cwd, maxBuffer: 256 * 1024 * 1024, env: { ...process.env, COLUMNS: "200" } },
			(error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
		);
	});
}

/** Validates a document as OpenAPI 3.1. */
export const validateDocument = (file: string) =>
	run("openapi-spec-validator", ["--schema", "3.1", "--validation-errors", "all", file], path.dirname(file));

export interface Attack {
	readonly folder: string;
	/** The URL of the document. */
	readonly url: string;
	readonly scene: ApiScene;
	readonly seed: number;
	/** The number of random requests per operation, besides those that cover its schemas. */
	readonly examples: number;
	readonly phases: readonly string[];
	readonly only?: string;
	readonly except?: string;
}

const checks = [
	"not_a_server_error",
	"status_code_conformance",
	"content_type_conformance",
	"response_headers_conformance",
	"response_schema_conformance",
];

/**
 * Sends valid and invalid requests generated from the document, and checks that the responses conform to it.
 *
 * @returns the number of requests, and the report of responses that don't conform
 */
export async function attack({ folder, url, scene, seed, examples, phases, only, except }: Attack) {
	const config = path.join(folder, "schemathesis.toml");
	await writeFile(config, configOf(scene));
	const options = {
		header: `Authorization: Bearer ${scene.jane.token}`,
		checks: checks.join(","),
		phases: phases.join(","),
		"max-examples": String(examples),
		seed: String(seed),
		"generation-database": "none",
		warnings: "off",
		...(only === undefined ? {} : { "include-operation-id": only }),
		...(except === undefined ? {} : { "exclude-operation-id": except }),
	};
	const written = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
	const flags = ["--continue-on-failure", "--no-color"];
	const { code, output } = await run(
		"schemathesis",
		["--config-file", config, "run", url, ...written, ...flags],
		folder,
	);
	const found = /^=+ (?:ERRORS|FAILURES) =+$[\s\S]*/m.exec(output)?.[0] ?? (code === 0 ? "" : output);
	// Some of its requests are very long.
	return {
		found: found.replaceAll(/(.{1000}).*/g, "$1 …"),
		requests: Number(/(\d+) generated/.exec(output)?.[1] ?? 0),
	};
}

/** Makes most requests name existing resources, and leave an event stream that stays silent. */
function configOf({ known, knownTo }: ApiScene): string {
	const dictionaries: string[] = [];
	const bound = (owner: string, values: Known): readonly string[] =>
		Object.entries(values).map(([name, list]) => {
			dictionaries.push(`${owner}-${name} = { values = ${JSON.stringify(list)} }`);
			return `"path.${name}" = { dictionary = "${owner}-${name}", probability = 0.8 }`;
		});
	const parameters = bound("every", known);
	const operations = Object.entries(knownTo).flatMap(([id, values]) => [
		"[[operations]]",
		`include-operation-id = "${id}"`,
		`parameters = { ${bound(id, values).join(", ")} }`,
	]);
	return [
		"max-stream-events = 1",
		"[generation]",
		// They would replace the token.
		"with-security-parameters = false",
		"[dictionaries]",
		...dictionaries,
		"[parameters]",
		...parameters,
		...operations,
		"[[operations]]",
		'include-operation-id = "streamEvents"',
		"request-timeout = 1",
	].join("\n");
}
