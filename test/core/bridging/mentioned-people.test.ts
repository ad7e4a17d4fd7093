import test, { type ExecutionContext } from "ava";
import { createFindMentioned } from "#core/bridging/mentioned-people.ts";
import { Unavailable } from "#core/errors.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

async function open(t: ExecutionContext, answer: "found" | "down" | "never" = "found") {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const asked: string[] = [];
	const person = async (reference: string) => {
		asked.push(reference);
		if (answer === "down") throw new Unavailable();
		if (answer === "never") return new Promise<undefined>(() => {});
		return fedi.resolvers.person === "unsupported" ? undefined : fedi.resolvers.person(reference);
	};
	const bridge = { ...fedi, resolvers: { ...fedi.resolvers, person } };
	const find = createFindMentioned(core.context, { bridges: () => [bridge], shadows: core.shadows });
	const post = async (text: string) => {
		const place = await core.timeline(jane);
		return core.post(jane, place, text, { lookedUp: await find(jane, place, text, "post") });
	};
	return { core, fedi, jane, asked, find, post };
}

test("a stranger who is mentioned gets the post, and is asked about once", async (t) => {
	const { core, fedi, post, asked } = await open(t);
	const bob = fedi.person("bob", "far.test");
	const first = await post("Hello @bob@far.test, meet @nemo@far.test");
	t.is(first.mentions.length, 1);
	await core.settled();
	t.deepEqual(
		fedi.delivered.map(({ kind, reach }) => [kind, reach.target]),
		[["message", bob.reach?.target]],
	);
	t.deepEqual(asked, ["bob@far.test", "nemo@far.test"]);
	t.is((await post("Again, @bob@far.test and @nemo@far.test")).mentions.length, 1);
	t.is(asked.length, 2);
});

test("an address that stands for another one counts as the person that it leads to", async (t) => {
	const { core, fedi, jane, find } = await open(t);
	const bob = fedi.person("bob", "social.far.test");
	const alias = { ...fedi, resolvers: { ...fedi.resolvers, person: async () => bob } };
	const findAlias = createFindMentioned(core.context, { bridges: () => [alias], shadows: core.shadows });
	const place = await core.timeline(jane);
	const lookedUp = await findAlias(jane, place, "Hello @bob@far.test", "post");
	const memo = await core.post(jane, place, "Hello @bob@far.test", { lookedUp });
	await core.settled();
	t.deepEqual(memo.mentions, lookedUp);
	t.deepEqual(
		fedi.delivered.map(({ reach }) => reach.target),
		[bob.reach?.target],
	);
	t.deepEqual(await find(jane, place, "Hello @jane and @joe", "post"), []);
});

test("what may not leave the provider, or is not allowed at all, makes no one ask other servers", async (t) => {
	const { core, jane, asked, find } = await open(t);
	for (const tier of ["private", "group"] as const)
		t.deepEqual(await find(jane, await core.channel(jane, tier), "@bob@far.test", "post"), []);
	const joe = await core.person("joe");
	t.deepEqual(await find(joe, await core.timeline(jane, joe), "@bob@far.test", "post"), []);
	t.deepEqual(asked, []);
});

test("one author causes a limited number of look-ups", async (t) => {
	const { core, jane, asked, find } = await open(t);
	const place = await core.timeline(jane);
	const texts = Array.from({ length: 20 }, (_, n) =>
		Array.from({ length: 20 }, (__, m) => `@p${n}-${m}@far.test`).join(" "),
	);
	for (const text of texts) await find(jane, place, text, "post");
	t.is(asked.length, 60);
	core.clock.time += 11 * 60_000;
	await find(jane, place, texts[0] ?? "", "post");
	t.is(asked.length, 70, "ten of one message");
});

test("a person who can't be found now, or in time, does not keep the message back", async (t) => {
	for (const answer of ["down", "never"] as const) {
		const { post, asked } = await open(t, answer);
		t.deepEqual((await post("Hello @bob@far.test")).mentions, [], answer);
		t.is(asked.length, 1);
	}
});
