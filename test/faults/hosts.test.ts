import test, { type ExecutionContext } from "ava";
import { type Arrival, type RemoteHost, startRemoteHost } from "../peers/remote-host.ts";
import type { Client } from "../support/client.ts";
import { type Provider, startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";
import { follow } from "./town.ts";
import { fediverseSide, repeats, textOf } from "./views.ts";

/** Milliseconds until the provider gives up waiting for an answer. */
const timeoutMs = 2_000;

interface Scene {
	readonly provider: Provider;
	readonly jane: Client;
	readonly actor: string;
	/** A host that misbehaves, and one that is well. Both have a follower of jane's. */
	readonly sick: RemoteHost;
	readonly well: RemoteHost;
	post(name: string): Promise<void>;
}

async function open(t: ExecutionContext): Promise<Scene> {
	const provider = await startProvider({
		folder: await temporaryFolder(t),
		env: { CAUSEWAY_DELIVERY_TIMEOUT_MS: String(timeoutMs) },
	});
	const [sick, well] = [await startRemoteHost(), await startRemoteHost()];
	t.teardown(async () => {
		for (const part of [provider, sick, well]) await part[Symbol.asyncDispose]();
	});
	const jane = await provider.person("jane");
	const { timeline, actor } = await jane.call("GET", "/api/me");
	await follow(provider, sick, "bob", actor);
	await follow(provider, well, "carol", actor);
	const messages = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
	const post = (name: string) => jane.call("POST", messages, { type: "memo", content: { text: textOf(name) } });
	return { provider, jane, actor, sick, well, post };
}

const said = ({ ledger }: RemoteHost): readonly Arrival[] => ledger.filter(({ type }) => type === "Create");
const names = (host: RemoteHost, { actor }: Scene): readonly string[] => fediverseSide(host.ledger, actor).order;
const has = (host: RemoteHost, scene: Scene, name: string) => () => names(host, scene).includes(name);

test("a host that is down gets everything in order, once, when it is there again; others wait for nothing", async (t) => {
	const scene = await open(t);
	const { sick, well, post } = scene;
	await sick.close();
	for (const name of ["m1", "m2", "m3"]) await post(name);
	await until("the other host has everything", has(well, scene, "m3"));
	t.is(said(sick).length, 0);
	await sick.open();
	await until("it has everything", has(sick, scene, "m3"));
	t.deepEqual(names(sick, scene), ["m1", "m2", "m3"]);
	t.is(repeats(sick.ledger), 0);
});

test("a host that answers 500 is asked again with the same activity, and nothing overtakes it", async (t) => {
	const scene = await open(t);
	const { sick, well, post } = scene;
	sick.behaviour = { kind: "refuse", status: 500 };
	await post("m1");
	await post("m2");
	await until("it was asked again", () => said(sick).length >= 2);
	t.is(new Set(said(sick).map(({ id }) => id)).size, 1);
	await until("the other host has both", has(well, scene, "m2"));
	sick.behaviour = { kind: "ok" };
	await until("it has both", has(sick, scene, "m2"));
	t.deepEqual(names(sick, scene), ["m1", "m2"]);
	t.is(new Set(said(sick).map(({ id }) => id)).size, 2);
});

test("Retry-After of a 429 is honoured for the whole host", async (t) => {
	const scene = await open(t);
	const { sick, well, post } = scene;
	sick.behaviour = { kind: "refuse", status: 429, retryAfter: "3" };
	await post("m1");
	await until("it was asked", () => said(sick).length === 1);
	sick.behaviour = { kind: "ok" };
	await post("m2");
	await until("the other host has both", has(well, scene, "m2"));
	await until("it has both", has(sick, scene, "m2"));
	const [first, second] = said(sick);
	t.is(first?.id, second?.id);
	t.true((second?.at ?? 0) - (first?.at ?? 0) >= 2_700);
	t.deepEqual(names(sick, scene), ["m1", "m2"]);
	t.is(said(sick).length, 3);
});

test("after one 410 its people follow no more, and nothing is sent there again", async (t) => {
	const scene = await open(t);
	const { sick, well, post, actor } = scene;
	const followers = async (): Promise<number> => {
		const answer = await fetch(`${actor}/followers`, { headers: { accept: "application/activity+json" } });
		return ((await answer.json()) as { totalItems: number }).totalItems;
	};
	t.is(await followers(), 2);
	sick.behaviour = { kind: "refuse", status: 410 };
	await post("m1");
	await until("one follower is left", async () => (await followers()) === 1);
	sick.behaviour = { kind: "ok" };
	await post("m2");
	await until("the other host has both", has(well, scene, "m2"));
	t.deepEqual(
		said(sick).map(({ taken }) => taken),
		[false],
	);
	// Whoever comes back is served again.
	await follow(scene.provider, sick, "bob", actor);
	await post("m3");
	await until("it has the new post", has(sick, scene, "m3"));
	t.deepEqual(names(sick, scene), ["m3"]);
});

test("a host that never answers delays no other, and gets the same activities again", async (t) => {
	const scene = await open(t);
	const { sick, well, post } = scene;
	sick.behaviour = { kind: "hang" };
	const all = ["m1", "m2", "m3", "m4", "m5"];
	await post("m1");
	await until("it was asked", () => said(sick).length === 1);
	for (const name of all.slice(1)) await post(name);
	await until("the other host has everything", has(well, scene, "m5"));
	t.is(said(sick).length, 1, "one question at a time");
	sick.behaviour = { kind: "ok" };
	await until("it has everything", has(sick, scene, "m5"));
	t.deepEqual(names(sick, scene), all);
	t.is(new Set(said(sick).map(({ id }) => id)).size, all.length);
});

test("a host that took a message and lost its answer gets the same activity again: nothing is doubled there", async (t) => {
	const scene = await open(t);
	const { sick, post } = scene;
	sick.behaviour = { kind: "lose" };
	await post("m1");
	await until("it was asked", () => said(sick).length >= 1);
	sick.behaviour = { kind: "ok" };
	await post("m2");
	await until("it has both", has(sick, scene, "m2"));
	t.deepEqual(names(sick, scene), ["m1", "m2"]);
	const ids = said(sick).map(({ id }) => id);
	t.is(new Set(ids).size, 2);
	t.true(ids.length > 2, "it was sent again");
	t.deepEqual(fediverseSide(sick.ledger, scene.actor).doubled, []);
});

test("of fifty hosts ten hang: the other forty have every post while those ten are still asked", async (t) => {
	const scene = await open(t);
	const { provider, post, actor } = scene;
	const hosts = await Promise.all(Array.from({ length: 50 }, startRemoteHost));
	t.teardown(() => Promise.all(hosts.map((host) => host[Symbol.asyncDispose]())));
	await Promise.all(hosts.map((host) => follow(provider, host, "dora", actor)));
	const [sick, well] = [hosts.slice(0, 10), hosts.slice(10)];
	for (const host of sick) host.behaviour = { kind: "hang" };
	const all = ["m1", "m2", "m3", "m4", "m5", "m6"];
	for (const name of all) await post(name);
	await until("forty hosts have everything", () => well.every((host) => has(host, scene, "m6")()));
	for (const host of well) t.deepEqual(names(host, scene), all);
	for (const host of sick) t.true(new Set(said(host).map(({ id }) => id)).size <= 1);
	for (const host of sick) host.behaviour = { kind: "ok" };
	await until("the ten have everything", () => sick.every((host) => has(host, scene, "m6")()));
	for (const host of sick) t.deepEqual(names(host, scene), all);
});
