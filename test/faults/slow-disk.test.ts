import { randomUUID } from "node:crypto";
import test, { type ExecutionContext } from "ava";
import { startProvider } from "../support/provider.ts";
import { slowDisk } from "../support/slow-disk.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Me {
	readonly timeline: { readonly group: string; readonly channel: string };
}
interface Memos {
	readonly items: readonly { readonly content: { readonly text: string } }[];
}

/** A provider on a slow disk, and what its only user can do. */
async function open(t: ExecutionContext) {
	const folder = await temporaryFolder(t);
	const disk = slowDisk(folder);
	const provider = await startProvider({ folder, env: disk.env });
	t.teardown(() => provider[Symbol.asyncDispose]());
	const jane = await provider.person("jane");
	const { timeline } = await jane.call<Me>("GET", "/api/me");
	const memos = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
	const post = (text: string, key: string = randomUUID()) =>
		jane.answer("POST", memos, { type: "memo", content: { text } }, { "Idempotency-Key": key });
	const read = async (): Promise<readonly string[]> => {
		const { items } = await jane.call<Memos>("GET", `${memos}?limit=100`);
		return items.map(({ content }) => content.text).toReversed();
	};
	return { disk, provider, post, read, probe: async () => (await fetch(`${provider.origin}/healthz`)).status };
}

test("while the disk is busy, a post waits, and probes and timelines are answered without it", async (t) => {
	const { disk, post, read, probe } = await open(t);
	t.is((await post("first")).status, 201);
	disk.hold();
	let answered = 0;
	const posts = ["second", "third"].map(async (text) => {
		const { status } = await post(text);
		answered++;
		return status;
	});
	for (let n = 0; n < 30; n++) {
		t.is(await probe(), 200);
		t.deepEqual(await read(), ["first"]);
	}
	t.is(answered, 0);
	disk.set(0);
	t.deepEqual(await Promise.all(posts), [201, 201]);
	t.deepEqual((await read()).toSorted(), ["first", "second", "third"]);
});

test("while the disk can't be flushed, posts are answered with 503 and Retry-After and can't be read; later they are stored once", async (t) => {
	const { disk, provider, post, read, probe } = await open(t);
	const { status } = await post("before");
	t.is(status, 201);
	disk.set(0, 5);
	const keys = ["a", "b", "c"].map((text) => ({ text, key: randomUUID() }));
	for (const { text, key } of keys) {
		const refused = await post(text, key);
		t.is(refused.status, 503);
		t.truthy(refused.headers.get("retry-after"));
		t.deepEqual(await read(), ["before"]);
		t.is(await probe(), 200);
	}
	disk.set(0);
	for (const { text, key } of keys) t.is((await post(text, key)).status, 201);
	t.deepEqual(await read(), ["before", "a", "b", "c"]);
	await provider.kill9();
	await provider.restart();
	t.deepEqual(await read(), ["before", "a", "b", "c"]);
});

test("a kill -9 during a flush loses nothing that was acknowledged, and a repeated request is stored once", async (t) => {
	const { disk, provider, post, read } = await open(t);
	const acknowledged: string[] = [];
	for (let n = 0; n < 5; n++) {
		await post(`before ${n}`);
		acknowledged.push(`before ${n}`);
		disk.hold();
		const key = randomUUID();
		const cut = post(`cut off ${n}`, key).catch(() => "no answer");
		// The post has reached the server before a later request is answered.
		await read();
		await provider.kill9();
		t.is(await cut, "no answer");
		disk.set(0);
		await provider.restart();
		t.is((await post(`cut off ${n}`, key)).status, 201);
		acknowledged.push(`cut off ${n}`);
		t.deepEqual(await read(), acknowledged);
	}
});
