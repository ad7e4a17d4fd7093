import { spawn } from "node:child_process";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import type { Store } from "../../src/core/ports/store.ts";
import { messages, tallies } from "../contracts/store-collections.ts";

/** Runs a process that appends until it ends itself or has acknowledged `most` events. Resolves with the acknowledged events. */
export function appendUntilKilled(args: readonly string[], most: number): Promise<ReadonlyMap<string, string>> {
	const child = spawn(process.execPath, [join(import.meta.dirname, "appending-process.ts"), ...args], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	let output = "";
	child.stdout.on("data", (chunk) => {
		output += chunk;
		if (output.split("\n").length > most) child.kill("SIGKILL");
	});
	return new Promise((resolve) => {
		child.once("close", () => {
			const lines = output.split("\n").slice(0, -1);
			resolve(new Map(lines.map((line) => line.split(" ") as [string, string])));
		});
	});
}

/** Asserts that no acknowledged event is lost, that there are no duplicates or gaps, and that the documents match the log. */
export async function checkLedger(
	t: ExecutionContext,
	store: Store,
	ledger: ReadonlyMap<string, string>,
): Promise<void> {
	const events = await store.events("s", 0, 1_000_000);
	t.deepEqual(
		events.map(({ seq }) => seq),
		events.map((_, n) => n + 1),
	);
	t.is(new Set(events.map(({ natural }) => natural)).size, events.length);
	const byId = new Map(events.map((event) => [event.id, event.natural]));
	for (const [id, natural] of ledger) t.is(byId.get(id), natural);
	t.is((await store.owed("bridge", "s", { limit: 1_000_000 })).length, events.length);
	t.deepEqual(
		(await store.get(tallies, "s"))?.doc.seqs ?? [],
		events.map(({ seq }) => seq),
	);
	const last = events.at(-1);
	if (last) t.is((await store.get(messages, last.id))?.doc.text, last.natural);
}
