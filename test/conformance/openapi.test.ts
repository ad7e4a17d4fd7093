import { execFileSync } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { mkdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import test from "ava";
import { outcomeChannel, type RouteOutcome } from "../../src/http/middleware/run-route.ts";
import { openDoor } from "../http/door.ts";
import { startGateway } from "../support/gateway.ts";
import { seededRandom } from "../support/random.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { furnish } from "./api-scene.ts";
import { attack, validateDocument } from "./schemathesis.ts";

const long = process.env.CAUSEWAY_LONG === "1";
const examples = long ? 100 : 6;
const leastRequests = long ? 3000 : 1000;

/** Operations that can't succeed here: they need a secret that random requests lack, or another network. */
const beyondReach: ReadonlySet<string> = new Set([
	"changePassword",
	"createBridgeLink",
	"deleteBridgeLink",
	"deleteMe",
	"logIn",
	"recover",
]);

test("the OpenAPI document is valid", async (t) => {
	await using door = await openDoor();
	const file = path.join(await temporaryFolder(t), "openapi.json");
	const { text, body } = await door.ask("GET", "/api/openapi.json");
	await writeFile(file, text);
	t.deepEqual(await validateDocument(file), { code: 0, output: `${file}: OK\n` });
	// The validator detects invalid documents.
	await writeFile(file, JSON.stringify({ ...body, paths: { "/api/me": { get: { responses: { 200: {} } } } } }));
	const { code, output } = await validateDocument(file);
	t.is(code, 1);
	t.regex(output, /description/);
});

test("the API's responses to random requests conform to its document", async (t) => {
	const { seed } = seededRandom();
	t.log(`seed ${seed}: CAUSEWAY_TEST_SEED=${seed} makes the same requests`);
	const folder = await temporaryFolder(t);
	await using running = await startGateway(folder, {
		CAUSEWAY_LIMITS_SCALE: "100000",
		CAUSEWAY_REGISTRATION_MODE: "open",
	});
	const scene = await furnish(running);
	const outcomes = new Map<string, Map<string | number, number>>();
	subscribe(outcomeChannel, (message) => {
		const { route, ...outcome } = message as RouteOutcome;
		const of = outcomes.get(route.operation.id) ?? new Map<string | number, number>();
		outcomes.set(route.operation.id, of);
		const status = "answer" in outcome ? outcome.answer.status : ((outcome.error as { status?: number }).status ?? 400);
		of.set(status, (of.get(status) ?? 0) + 1);
	});
	const rest = { folder, url: `${running.origin}/api/openapi.json`, scene, seed, examples };
	// `deleteSession` could end the caller's own session, so it runs last.
	const phases = ["examples", "coverage", "fuzzing", "stateful"];
	const most = await attack({ ...rest, phases, except: "deleteSession" });
	t.is(most.found, "");
	const last = await attack({ ...rest, phases: ["fuzzing"], only: "deleteSession" });
	t.is(last.found, "");
	t.true(most.requests >= leastRequests, `${most.requests} requests`);

	// An API that rejects everything would conform, too.
	const paths = (await scene.jane.call<{ paths: object }>("GET", "/api/openapi.json")).paths;
	const ids = Object.values(paths).flatMap((item: object) =>
		Object.values(item).map(({ operationId }: { operationId: string }) => operationId),
	);
	const succeeded = (id: string) => [...(outcomes.get(id)?.keys() ?? [])].some((status) => Number(status) < 400);
	const unreached = ids.filter((id) => !succeeded(id) && !beyondReach.has(id));
	t.log({ unreached });
	if (long) t.deepEqual(unreached, []);
	else t.true(unreached.length < ids.length / 4, unreached.join(", "));
	const statuses: Record<string, number> = {};
	for (const counts of outcomes.values())
		for (const [status, count] of counts) statuses[status] = (statuses[status] ?? 0) + count;
	const result = { seed, operations: ids.length, requests: most.requests + last.requests, off: 0, statuses };
	t.log(result);
	if (long) save(result);
});

function save(result: { readonly seed: number }): void {
	const commit = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
	const folder = path.join(import.meta.dirname, "..", "results");
	mkdirSync(folder, { recursive: true });
	const file = path.join(folder, `openapi-${result.seed}.json`);
	writeFileSync(file, `${JSON.stringify({ commit, ...result }, undefined, "\t")}\n`);
}
