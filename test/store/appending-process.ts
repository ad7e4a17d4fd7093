/**
 * A process that appends to the stream `s` as fast as it can and prints the id of each appended event. It is ended by a signal, or
 * ends itself at a fail-point: `node appending-process.ts sqlite <file> | mongodb <url> <database>`, then
 * `[writer name] [fail-point] [hit number]`.
 */
import { writeSync } from "node:fs";
import { systemClock } from "../../src/core/clock.ts";
import type { FailPoints } from "../../src/core/ports/fail-points.ts";
import { openMongoStore } from "../../src/store/mongodb/index.ts";
import { openSqliteStore } from "../../src/store/sqlite/index.ts";
import { collections, folds, post } from "../contracts/store-collections.ts";

const [kind, location = "", ...rest] = process.argv.slice(2);
const database = kind === "mongodb" ? (rest.shift() ?? "") : "";
const [writer = "w", point, hit = "1"] = rest;

let hits = 0;
const failPoints: FailPoints = {
	hit(name) {
		if (name === point && ++hits === Number(hit)) process.kill(process.pid, "SIGKILL");
	},
};
const options = { collections, failPoints, clock: systemClock };
const store = await (kind === "mongodb"
	? openMongoStore({ url: location, database, ...options })
	: openSqliteStore({ file: location, ...options }));

for (let n = 0; ; n += 7) {
	await Promise.all(
		Array.from({ length: 7 }, async (_, i) => {
			const draft = post("s", `${writer}-${n + i}`, { natural: `${writer}-${n + i}`, pending: ["bridge"] });
			const done = await store.append(draft, { folds });
			if (done.outcome === "appended") writeSync(1, `${done.event.id} ${writer}-${n + i}\n`);
		}),
	);
}
