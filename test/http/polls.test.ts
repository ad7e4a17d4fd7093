import test from "ava";
import { openDoor } from "./door.ts";

test("the votes of a poll are the provider's: a client's are refused, in new messages and in edits", async (t) => {
	await using door = await openDoor();
	const jane = await door.person("jane");
	const { path } = await door.channel(jane);
	const by = (method: string, at: string, body?: unknown) => door.ask(method, path + at, { token: jane.token, body });
	const poll = (more: object) => [
		{
			schema: "http://social.example/meta/poll.json",
			version: "1.0",
			data: { question: "Lunch?", options: ["tacos", "ramen"], ...more },
		},
	];
	const memo = { type: "memo", content: { text: "Lunch? tacos or ramen" } };
	const made = await by("POST", "/messages", { ...memo, metadata: poll({ multiple: true }) });
	t.is(made.status, 201);
	for (const more of [{ votes: [9, 1] }, { votes: [] }, { votes: null }, { voters: 10 }, { voted: [0] }])
		for (const [method, at] of [
			["POST", "/messages"],
			["PATCH", `/messages/${made.body.id}`],
		] as const) {
			const refused = await by(method, at, { ...(method === "POST" ? memo : {}), metadata: poll(more) });
			t.is(refused.status, 400, JSON.stringify(more));
			t.is(refused.body.errors[0].field, `/metadata/0/data/${Object.keys(more)[0]}`);
		}
	t.deepEqual((await by("GET", `/messages/${made.body.id}`)).body.metadata, poll({ multiple: true }));
});
