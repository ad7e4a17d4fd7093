import test from "ava";
import { createActorDirectory } from "../../../bridges/activitypub/remote/actor-directory.ts";
import { type Fetched, RemoteUnavailable } from "../../../bridges/activitypub/remote/fetch-document.ts";
import { createFakeHost } from "../../support/fake-host.ts";

const id = "https://x.example/u/bob";
const document = { id, type: "Person", preferredUsername: "bob", inbox: `${id}/inbox` };
const day = 24 * 3_600_000;

function open(answer: () => Fetched) {
	const host = createFakeHost();
	let asked = 0;
	const fetch = async () => {
		asked++;
		return answer();
	};
	const webFinger = { actorOf: async () => undefined, prove: async () => ({ handle: "bob", domain: "x.example" }) };
	const directory = createActorDirectory(host, { fetch, fetchObject: fetch }, webFinger);
	const remembered = (age: number) =>
		host.person("old", {
			domain: "x.example",
			origin: { bridge: host.about.bridge, id },
			updatedAt: host.clock.now() - age,
		});
	return { host, directory, remembered, asked: () => asked };
}

const trouble = (): Fetched => {
	throw new RemoteUnavailable("down");
};

test("a new actor is fetched once for all concurrent callers, and is the same object from then on", async (t) => {
	const { directory, asked } = open(() => ({ status: "found", document, url: id }));
	const [first, second] = await Promise.all([directory.person(id), directory.person(id)]);
	t.like(first, { id, handle: "bob", domain: "x.example" });
	t.is(first, second);
	t.is(directory.known(id), first);
	t.is(await directory.person(id), first);
	t.is(asked(), 1);
});

test("whom the core remembers freshly is not asked for; who is stale is", async (t) => {
	const fresh = open(() => ({ status: "found", document, url: id }));
	fresh.remembered(day / 2);
	t.like(await fresh.directory.person(id), { handle: "old" });
	t.is(fresh.asked(), 0);
	const stale = open(() => ({ status: "found", document: { ...document, name: "New" }, url: id }));
	stale.remembered(2 * day);
	t.like(await stale.directory.person(id), { handle: "old", profile: { displayName: "New" } });
});

test("who is known stays known while their server is down, or when they have gone", async (t) => {
	for (const answer of [trouble, (): Fetched => ({ status: "gone" })]) {
		const { directory, remembered } = open(answer);
		remembered(2 * day);
		t.like(await directory.person(id), { handle: "old", domain: "x.example" });
	}
	await t.throwsAsync(open(trouble).directory.person(id), { instanceOf: RemoteUnavailable });
});

test("the absence of an actor is cached", async (t) => {
	for (const answer of [
		(): Fetched => ({ status: "absent" }),
		(): Fetched => ({ status: "found", document: { ...document, id: `${id}2` }, url: id }),
	]) {
		const { directory, asked } = open(answer);
		t.is(await directory.person(id), undefined);
		t.is(await directory.person(id), undefined);
		t.is(directory.known(id), undefined);
		t.is(asked(), 1);
	}
});

test("a handle that may have got a number from an earlier version is proven again, and any other stays", async (t) => {
	for (const [handle, fields, expected] of [
		["bob_2", {}, "bob"],
		["bob_2", { isProven: true }, "bob_2"],
		["robert", {}, "robert"],
	] as const) {
		const { host, directory } = open(() => ({ status: "found", document, url: id }));
		const origin = { bridge: host.about.bridge, id };
		host.person(handle, { domain: "x.example", origin, updatedAt: host.clock.now() - 2 * day, ...fields });
		t.like(await directory.person(id), { handle: expected, domain: "x.example" }, handle);
	}
});
