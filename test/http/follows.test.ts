import test from "ava";
import { openDoor, type Person } from "./door.ts";

test("follows are of other people and open channels: closed channels and one's own are not listed", async (t) => {
	await using door = await openDoor();
	const [jane, bob] = [await door.person("jane"), await door.person("bob")];
	const by = (who: Person, method: string, at: string, body?: unknown) =>
		door.ask(method, at, { token: who.token, body });
	const { group, path } = await door.channel(jane);
	const closed = [];
	for (const tier of ["private", "group", "members"])
		closed.push((await by(jane, "POST", `/api/groups/${group}/channels`, { name: tier, tier })).body.id);
	await by(bob, "POST", `${path}/join`);
	for (const id of closed)
		t.is((await by(jane, "PUT", `/api/groups/${group}/channels/${id}/members/${bob.address}`, {})).status, 201);
	// Many memberships that are no follows must not shorten a page or end the list.
	const mine = (await by(bob, "POST", "/api/groups", { name: "Mine" })).body.id;
	for (let n = 0; n < 120; n++)
		await by(bob, "POST", `/api/groups/${mine}/channels`, { name: `own ${n}`, tier: "public" });
	await by(bob, "POST", "/api/me/follows", { actor: jane.address });

	const { channel } = await door.channel(jane, { tier: "discoverable" });
	const url = `http://social.example/channels/${channel}`;
	const made = await by(bob, "POST", "/api/me/follows", { actor: url });
	t.is(made.status, 201);
	t.is(made.body.actor, "dev-guild-general-2@social.example");
	t.is(made.headers.get("location"), `/api/me/follows/${encodeURIComponent(made.body.actor)}`);

	const walk = async (limit: number, cursor = ""): Promise<readonly string[]> => {
		const { items, page } = (await by(bob, "GET", `/api/me/follows?limit=${limit}${cursor}`)).body;
		const here = items.map(({ actor }: { actor: string }) => actor);
		return page.nextCursor === undefined ? here : [...here, ...(await walk(limit, `&cursor=${page.nextCursor}`))];
	};
	const expected = ["dev-guild-general@social.example", jane.address, made.body.actor];
	t.deepEqual(await walk(1), expected);
	t.deepEqual(await walk(50), expected);
	t.deepEqual((await by(jane, "GET", "/api/me/follows")).body.items, []);

	t.is((await by(bob, "DELETE", made.headers.get("location") as string)).status, 204);
	t.deepEqual(await walk(50), expected.slice(0, 2));
	t.is((await by(bob, "DELETE", `/api/me/follows/${jane.address}`)).status, 204);
	t.deepEqual(await walk(50), expected.slice(0, 1));
});

test("joining answers 201 the first time and 200 from then on, whichever part is joined first", async (t) => {
	await using door = await openDoor();
	const [jane, bob, eve] = [await door.person("jane"), await door.person("bob"), await door.person("eve")];
	const { group, path } = await door.channel(jane);
	const join = async (who: Person, at: string) => (await door.ask("POST", `${at}/join`, { token: who.token })).status;
	const whole = `/api/groups/${group}`;
	t.deepEqual(
		[await join(bob, whole), await join(bob, whole), await join(bob, path), await join(bob, path)],
		[201, 200, 201, 200],
	);
	t.deepEqual([await join(eve, path), await join(eve, path), await join(eve, whole)], [201, 200, 200]);
	await door.ask("POST", `${path}/leave`, { token: eve.token });
	t.deepEqual([await join(eve, path), await join(eve, path)], [201, 200]);
	const timeline = `/api/groups/${jane.account.group}/channels/${jane.account.timeline}`;
	t.deepEqual([await join(bob, timeline), await join(bob, timeline)], [201, 200]);
});
