import test, { type ExecutionContext } from "ava";
import { type Arrival, type RemoteHost, startRemoteHost } from "../peers/remote-host.ts";
import { type FakedClock, fakedClock } from "../support/faked-clock.ts";
import { type Provider, startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";
import { follow } from "./federation.ts";
import { fediverseSide, textOf } from "./views.ts";

interface Scene {
	readonly clock: FakedClock;
	readonly provider: Provider;
	readonly hosts: readonly RemoteHost[];
	/** Lets a person of each host follow jane. */
	followed(): Promise<void>;
	post(name: string): Promise<void>;
	/** The names of the messages that a host has, in the order of their arrival. */
	names(host: RemoteHost | undefined): readonly string[];
}

async function open(t: ExecutionContext, count: number, begin: Parameters<FakedClock["set"]>[0] = {}): Promise<Scene> {
	const folder = await temporaryFolder(t);
	const clock = fakedClock(folder);
	clock.set(begin);
	const provider = await startProvider({ folder, env: clock.env });
	const hosts = await Promise.all(Array.from({ length: count }, () => startRemoteHost()));
	t.teardown(async () => {
		for (const part of [provider, ...hosts]) await part[Symbol.asyncDispose]();
	});
	const jane = await provider.person("jane");
	const { timeline, actor } = await jane.call("GET", "/api/me");
	const messages = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
	return {
		clock,
		provider,
		hosts,
		async followed() {
			for (const host of hosts) await follow(provider, host, "bob", actor);
		},
		post: (name) => jane.call("POST", messages, { type: "memo", content: { text: textOf(name) } }),
		names: (host) => (host === undefined ? [] : fediverseSide(host.ledger, actor).order),
	};
}

const createsAt = (host: RemoteHost | undefined): readonly Arrival[] =>
	host?.ledger.filter(({ type }) => type === "Create") ?? [];

const steps = [
	{ what: "set back by ten minutes", to: { minutes: -10 } },
	{ what: "set back by three days", to: { days: -3 } },
	{ what: "set ahead by two hours", to: { minutes: 120 } },
	{ what: "set back by a year", to: { days: -365 } },
];
for (const { what, to } of steps)
	test(`after the clock was ${what}, what is said arrives, and hosts that had failed are tried again`, async (t) => {
		const scene = await open(t, 3);
		const { clock, hosts, post, names } = scene;
		const [working, failing, down] = hosts;
		if (working === undefined || failing === undefined || down === undefined) return t.fail();
		await scene.followed();
		failing.behaviour = { kind: "refuse", status: 500 };
		await down.close();
		await post("m1");
		await until("the failing host was tried", () => createsAt(failing).length >= 2);
		await until("the other host has it", () => names(working).includes("m1"));
		clock.set(to);
		await post("m2");
		await until("it arrives", () => names(working).includes("m2"));
		failing.behaviour = { kind: "ok" };
		await down.open();
		await post("m3");
		for (const host of hosts) await until("every host has everything", () => names(host).includes("m3"));
		clock.set({});
		await post("m4");
		for (const host of hosts) await until("every host has the last one", () => names(host).includes("m4"));
		for (const host of hosts) t.deepEqual(names(host), ["m1", "m2", "m3", "m4"]);
	});

test("a provider that was first started in the future delivers after its clock was set right, and says what is wrong", async (t) => {
	const scene = await open(t, 1, { days: 400 });
	const { clock, provider, post, names } = scene;
	const [host] = scene.hosts;
	await post("m1");
	t.notRegex(await provider.cli("doctor"), /^clock/m);
	const readiness = async () => (await fetch(`${provider.origin}/readyz`)).json() as Promise<Record<string, string>>;
	t.deepEqual(await readiness(), { status: "ready" });
	await provider.stop();
	clock.set({});
	await provider.restart();
	await scene.followed();
	for (const name of ["m2", "m3"]) await post(name);
	await until("both arrive", () => names(host).includes("m3"));
	t.deepEqual(names(host), ["m2", "m3"]);
	const ready = await readiness();
	t.is(ready.status, "ready");
	t.regex(String(ready.clock), /^the newest events are (399|400|401) days ahead of the clock/);
	t.regex(await provider.cli("doctor"), /^clock {6}the newest events are (399|400|401) days ahead of the clock/m);
});
