import test from "ava";
import { openDoor } from "./door.ts";

test("nothing that a stranger can try tells whether a private channel of a name exists", async (t) => {
	await using door = await openDoor();
	const [jane, eve] = [await door.person("jane"), await door.person("eve")];
	const { group } = await door.channel(jane);
	const closed = await door.ask("POST", `/api/groups/${group}/channels`, {
		token: jane.token,
		body: { name: "layoffs", tier: "private" },
	});
	t.is(closed.status, 201);
	t.false("handle" in closed.body);
	// The same group name, so that the handles would be the same.
	const own = (await door.ask("POST", "/api/groups", { token: eve.token, body: { name: "Dev Guild" } })).body.id;
	const answers = async (name: string) => {
		const handle = `dev-guild-${name}`;
		const made = await door.ask("POST", `/api/groups/${own}/channels`, {
			token: eve.token,
			body: { name: `${name}`, tier: "public" },
		});
		const page = await door.ask("GET", `/c/${handle}-2`);
		const followed = await door.ask("POST", "/api/me/follows", { token: eve.token, body: { actor: `${handle}-2` } });
		return [made.body.handle.replace(name, ""), page.status, followed.status];
	};
	t.deepEqual(await answers("layoffs"), await answers("picnic"));
	const secret = await door.ask("POST", `/api/groups/${group}/channels`, {
		token: jane.token,
		body: { name: "merger", tier: "group" },
	});
	t.is(secret.status, 201);
	for (const name of ["merger", "outing"]) t.truthy(await door.person(`dev-guild-${name}`));
});
