import { randomUUID } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import test from "ava";
import type { Client } from "../support/client.ts";
import { faultyDisk } from "../support/faulty-disk.ts";
import { type Provider, startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

/** How often the disk fails and is mended. */
const rounds = process.env.CAUSEWAY_LONG === "1" ? 10 : 2;

const ready = async ({ origin }: Provider): Promise<number> => (await fetch(`${origin}/readyz`)).status;
const alive = async ({ origin }: Provider): Promise<number> => (await fetch(`${origin}/healthz`)).status;

interface Listed {
	readonly items: readonly { readonly content: { readonly text: string } }[];
	readonly page: { readonly nextCursor?: string };
}

/** All texts of a channel, newest first. */
async function textsIn(reader: Client, route: string): Promise<readonly string[]> {
	const texts: string[] = [];
	for (let from: string | undefined = ""; from !== undefined; ) {
		const { items, page }: Listed = await reader.call("GET", `${route}?limit=100${from}`);
		texts.push(...items.map(({ content }) => content.text));
		from = page.nextCursor === undefined ? undefined : `&cursor=${page.nextCursor}`;
	}
	return texts;
}

for (const kind of ["full", "read-only"] as const)
	test.serial(
		`a disk that is ${kind} under posts: clear answers, nothing acknowledged is lost or doubled, and all goes on when it is mended`,
		async (t) => {
			const folder = await temporaryFolder(t);
			const disk = faultyDisk(await temporaryFolder(t), path.join(folder, "data"));
			await using provider = await startProvider({ folder, env: disk.env });
			const jane = await provider.person("jane");
			const { timeline } = await jane.call("GET", "/api/me");
			const route = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;

			const acknowledged: string[] = [];
			const statuses = new Set<number>();
			let unacknowledged = 0;
			let writing = true;
			let serial = 0;
			const writers = Array.from({ length: 4 }, async () => {
				while (writing) {
					const text = `m${++serial}`;
					const key = { "Idempotency-Key": randomUUID() };
					for (;;) {
						const answer = await jane.answer("POST", route, { type: "memo", content: { text } }, key);
						statuses.add(answer.status);
						if (answer.status === 201) break;
						unacknowledged++;
						if (answer.headers.get("retry-after") === null) t.fail(`${answer.status} without Retry-After`);
						await new Promise((resolve) => setTimeout(resolve, 20));
					}
					acknowledged.push(text);
				}
			});
			for (let round = 0; round < rounds; round++) {
				const goal = acknowledged.length + 20;
				await until("posts are acknowledged", () => acknowledged.length >= goal);
				disk.fail(kind);
				const before = unacknowledged;
				await until("posts are refused", () => unacknowledged >= before + 8);
				t.is(await until("it is not ready", async () => ((await ready(provider)) === 503 ? 503 : undefined)), 503);
				t.is(await alive(provider), 200);
				t.is((await jane.answer("GET", `${route}?limit=10`)).status, 200);
				disk.mend();
				await until("it is ready again", async () => (await ready(provider)) === 200);
			}
			writing = false;
			await Promise.all(writers);
			t.deepEqual([...statuses].toSorted(), [201, 503]);

			await provider.kill9();
			const database = new DatabaseSync(path.join(provider.dataDir, "causeway.db"));
			t.is(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
			database.close();
			await provider.restart();
			t.deepEqual((await textsIn(jane, route)).toSorted(), acknowledged.toSorted());
		},
	);

for (const name of ["causeway.db", "causeway.db-wal", "causeway.db-shm"])
	test.serial(
		`while ${name} is away or another file, nothing is acknowledged and the server is not ready; with the file back, it goes on`,
		async (t) => {
			const folder = await temporaryFolder(t);
			await using provider = await startProvider({ folder });
			const jane = await provider.person("jane");
			const { timeline } = await jane.call("GET", "/api/me");
			const route = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
			const post = async (text: string) =>
				(await jane.answer("POST", route, { type: "memo", content: { text } })).status;
			t.is(await post("before"), 201);
			const file = path.join(provider.dataDir, name);
			renameSync(file, `${file}.away`);
			t.is(await post("into nothing"), 503);
			await until("it is not ready", async () => (await ready(provider)) === 503);
			t.is(await alive(provider), 200);
			rmSync(file, { force: true });
			renameSync(`${file}.away`, file);
			await until("it is ready again", async () => (await ready(provider)) === 200);
			t.is(await post("after"), 201);
			await provider.kill9();
			await provider.restart();
			t.deepEqual((await textsIn(jane, route)).toSorted(), ["after", "before"]);
		},
	);
