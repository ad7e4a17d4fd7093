import test, { type ExecutionContext } from "ava";
import { type Arrival, type RemoteHost, startRemoteHost } from "../peers/remote-host.ts";
import type { Client } from "../support/client.ts";
import { type Provider, startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";
import { follow } from "./federation.ts";
import { fediverseSide, repeats, textOf } from "./views.ts";

/** The provider's time limit for a delivery. */
const timeoutMs = 2_000;

interface Scene {
	readonly provider: Provider;
	readonly jane: Client;
	readonly actor: string;
	/** A failing host and a working one. Both have a follower of jane's. */
	readonly failing: RemoteHost;
	readonly working: RemoteHost;
	post(name: string): Promise<void>;
}

async function open(t: ExecutionContext): Promise<Scene> {
	const provider = await startProvider({
		folder: await temporaryFolder(t),
		env: { CAUSEWAY_DELIVERY_TIMEOUT_MS: String(timeoutMs) },
	});
	const [failing, working] = [await startRemoteHost(), await startRemoteHost()];
	t.teardown(async () => {
		for (const part of [provider, failing, working]) await part[Symbol.asyncDispose]();
	});
	const jane = await provider.person("jane");
	const { timeline, actor } = await jane.call("GET", "/api/me");
	await follow(provider, failing, "bob", actor);
	await follow(provider, working, "carol", actor);
	const messages = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
	const post = (name: string) => jane.call("POST", messages, { type: "memo", content: { text: textOf(name) } });
	return { provider, jane, actor, failing, working, post };
}

const createsAt = ({ ledger }: RemoteHost): readonly Arrival[] => ledger.filter(({ type }) => type === "Create");
const names = (host: RemoteHost, { actor }: Scene): readonly string[] => fediverseSide(host.ledger, actor).order;
const has = (host: RemoteHost, scene: Scene, name: string) => () => names(host, scene).includes(name);

test("a host that was down receives everything once and in order when it is up again, and others do not wait", async (t) => {
	const scene = await open(t);
	const { failing, working, post } = scene;
	await failing.close();
	for (const name of ["m1", "m2", "m3"]) await post(name);
	await until("the other host has everything", has(working, scene, "m3"));
	t.is(createsAt(failing).length, 0);
	await failing.open();
	await until("it has everything", has(failing, scene, "m3"));
	t.deepEqual(names(failing, scene), ["m1", "m2", "m3"]);
	t.is(repeats(failing.ledger), 0);
});

test("a delivery answered with 500 is retried with the same activity, and later ones wait", async (t) => {
	const scene = await open(t);
	const { failing, working, post } = scene;
	failing.behaviour = { kind: "refuse", status: 500 };
	await post("m1");
	await post("m2");
	await until("the delivery was retried", () => createsAt(failing).length >= 2);
	t.is(new Set(createsAt(failing).map(({ id }) => id)).size, 1);
	await until("the other host has both", has(working, scene, "m2"));
	failing.behaviour = { kind: "ok" };
	await until("it has both", has(failing, scene, "m2"));
	t.deepEqual(names(failing, scene), ["m1", "m2"]);
	t.is(new Set(createsAt(failing).map(({ id }) => id)).size, 2);
});

test("Retry-After of a 429 is honoured for the whole host", async (t) => {
	const scene = await open(t);
	const { failing, working, post } = scene;
	failing.behaviour = { kind: "refuse", status: 429, retryAfter: "3" };
	await post("m1");
	await until("the delivery was attempted", () => createsAt(failing).length === 1);
	failing.behaviour = { kind: "ok" };
	await post("m2");
	await until("the other host has both", has(working, scene, "m2"));
	await until("it has both", has(failing, scene, "m2"));
	const [first, second] = createsAt(failing);
	t.is(first?.id, second?.id);
	t.true((second?.at ?? 0) - (first?.at ?? 0) >= 2_700);
	t.deepEqual(names(failing, scene), ["m1", "m2"]);
	t.is(createsAt(failing).length, 3);
});

test("after a 410 from an inbox, followers delivered through it are removed and nothing is sent there again", async (t) => {
	const scene = await open(t);
	const { failing, working, post, actor } = scene;
	const followers = async (): Promise<number> => {
		const answer = await fetch(`${actor}/followers`, { headers: { accept: "application/activity+json" } });
		return ((await answer.json()) as { totalItems: number }).totalItems;
	};
	t.is(await followers(), 2);
	failing.behaviour = { kind: "refuse", status: 410 };
	await post("m1");
	await until("one follower is left", async () => (await followers()) === 1);
	failing.behaviour = { kind: "ok" };
	await post("m2");
	await until("the other host has both", has(working, scene, "m2"));
	t.deepEqual(
		createsAt(failing).map(({ accepted }) => accepted),
		[false],
	);
	// A removed follower can follow again.
	await follow(scene.provider, failing, "bob", actor);
	await post("m3");
	await until("it has the new post", has(failing, scene, "m3"));
	t.deepEqual(names(failing, scene), ["m3"]);
});

test("after a 404 from an inbox, no follower is removed, and the host gets everything once its inbox is back", async (t) => {
	const scene = await open(t);
	const { failing, working, post, actor } = scene;
	failing.behaviour = { kind: "refuse", status: 404 };
	await post("m1");
	await until("the delivery was retried", () => createsAt(failing).length >= 2);
	await until("the other host has it", has(working, scene, "m1"));
	const answer = await fetch(`${actor}/followers`, { headers: { accept: "application/activity+json" } });
	t.is(((await answer.json()) as { totalItems: number }).totalItems, 2);
	failing.behaviour = { kind: "ok" };
	await post("m2");
	await until("it has both", has(failing, scene, "m2"));
	t.deepEqual(names(failing, scene), ["m1", "m2"]);
});

test("a host that never answers delays no other host, and the same activities are retried", async (t) => {
	const scene = await open(t);
	const { failing, working, post } = scene;
	failing.behaviour = { kind: "hang" };
	const all = ["m1", "m2", "m3", "m4", "m5"];
	await post("m1");
	await until("the delivery was attempted", () => createsAt(failing).length === 1);
	for (const name of all.slice(1)) await post(name);
	await until("the other host has everything", has(working, scene, "m5"));
	t.is(createsAt(failing).length, 1, "one delivery at a time");
	failing.behaviour = { kind: "ok" };
	await until("it has everything", has(failing, scene, "m5"));
	t.deepEqual(names(failing, scene), all);
	t.is(new Set(createsAt(failing).map(({ id }) => id)).size, all.length);
});

test("a delivery whose response was lost is retried with the same activity, so that the host has no duplicate", async (t) => {
	const scene = await open(t);
	const { failing, post } = scene;
	failing.behaviour = { kind: "lose" };
	await post("m1");
	await until("the delivery was attempted", () => createsAt(failing).length >= 1);
	failing.behaviour = { kind: "ok" };
	await post("m2");
	await until("it has both", has(failing, scene, "m2"));
	t.deepEqual(names(failing, scene), ["m1", "m2"]);
	const ids = createsAt(failing).map(({ id }) => id);
	t.is(new Set(ids).size, 2);
	t.true(ids.length > 2, "it was sent again");
	t.deepEqual(fediverseSide(failing.ledger, scene.actor).duplicates, []);
});

for (const body of ["drip", "page", "cut"] as const)
	test(`a host whose 202 is followed by a ${body} gets everything once and in order`, async (t) => {
		const scene = await open(t);
		const { failing, post } = scene;
		failing.behaviour = { kind: "babble", body };
		const all = ["m1", "m2", "m3", "m4", "m5", "m6"];
		for (const name of all) await post(name);
		await until("it has everything", has(failing, scene, "m6"));
		// What would be sent again would come before this one.
		failing.behaviour = { kind: "ok" };
		await post("m7");
		await until("it has the last one", has(failing, scene, "m7"));
		t.deepEqual(names(failing, scene), [...all, "m7"]);
		t.is(repeats(failing.ledger), 0);
	});

test("while ten of fifty hosts hang, the other forty receive every post", async (t) => {
	const scene = await open(t);
	const { provider, post, actor } = scene;
	const hosts = await Promise.all(Array.from({ length: 50 }, startRemoteHost));
	t.teardown(() => Promise.all(hosts.map((host) => host[Symbol.asyncDispose]())));
	await Promise.all(hosts.map((host) => follow(provider, host, "dora", actor)));
	const [failing, working] = [hosts.slice(0, 10), hosts.slice(10)];
	for (const host of failing) host.behaviour = { kind: "hang" };
	const all = ["m1", "m2", "m3", "m4", "m5", "m6"];
	for (const name of all) await post(name);
	await until("forty hosts have everything", () => working.every((host) => has(host, scene, "m6")()));
	for (const host of working) t.deepEqual(names(host, scene), all);
	for (const host of failing) t.true(new Set(createsAt(host).map(({ id }) => id)).size <= 1);
	for (const host of failing) host.behaviour = { kind: "ok" };
	await until("the ten have everything", () => failing.every((host) => has(host, scene, "m6")()));
	for (const host of failing) t.deepEqual(names(host, scene), all);
});
