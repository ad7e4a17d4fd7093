import { randomUUID } from "node:crypto";
import test from "ava";
import { openDoor } from "./door.ts";

async function scene() {
	const door = await openDoor();
	const jane = await door.person("jane");
	const { path } = await door.channel(jane);
	const by = (method: string, at: string, body?: unknown, key?: string) =>
		door.ask(method, path + at, {
			token: jane.token,
			body,
			headers: key === undefined ? {} : { "idempotency-key": key },
		});
	const reference = (await by("POST", "/messages", { type: "memo", content: { text: "x" } })).body.id;
	return { door, by, reference };
}

test("a reaction that is posted again with its Idempotency-Key gets the same answer, also after it was withdrawn", async (t) => {
	const { door, by, reference } = await scene();
	t.teardown(() => door.close());
	const reaction = { type: "reaction", reference, unicode: "🎉" };
	const key = randomUUID();
	const all = await Promise.all(Array.from({ length: 5 }, () => by("POST", "/messages", reaction, key)));
	t.deepEqual(new Set(all.map(({ status }) => status)), new Set([201]));
	t.is(all.filter(({ headers }) => headers.get("idempotency-replayed") !== "true").length, 1);
	t.is(new Set(all.map(({ text }) => text)).size, 1);
	const at = `/messages/${reference}/reactions/${encodeURIComponent("🎉")}`;
	t.is((await by("DELETE", at)).status, 204);
	const late = await by("POST", "/messages", reaction, key);
	t.is(late.status, 201);
	t.is(late.headers.get("idempotency-replayed"), "true");
	t.deepEqual((await by("GET", `/messages/${reference}/reactions`)).body.items, [], "it stays withdrawn");
	t.is((await by("POST", "/messages", reaction)).status, 201);
	t.is((await by("POST", "/messages", reaction, key)).headers.get("idempotency-replayed"), "true");
});

test("an Idempotency-Key that was used for another reaction or message gets 409, and nothing changes", async (t) => {
	const { door, by, reference } = await scene();
	t.teardown(() => door.close());
	const reaction = { type: "reaction", reference, unicode: "🎉" };
	const memo = { type: "memo", content: { text: "y" } };
	const [forReaction, forMemo, wrong] = [randomUUID(), randomUUID(), "not-a-uuid"];
	t.is((await by("POST", "/messages", reaction, forReaction)).status, 201);
	t.is((await by("POST", "/messages", memo, forMemo)).status, 201);
	for (const [body, key] of [
		[{ ...reaction, unicode: "🌧️" }, forReaction],
		[{ ...reaction, description: "party" }, forReaction],
		[memo, forReaction],
		[reaction, forMemo],
		[{ ...reaction, unicode: "🌧️" }, forMemo],
	] as const) {
		const refused = await by("POST", "/messages", body, key);
		t.is(refused.status, 409, JSON.stringify(body));
		t.is(refused.body.errorCode, "idempotency_key_reused");
	}
	t.is((await by("POST", "/messages", reaction, wrong)).status, 400);
	t.is((await by("GET", `/messages/${reference}/reactions`)).body.items.length, 1);
	t.is((await by("GET", "/messages")).body.items.length, 2);
});

test("a reaction that is put again with its Idempotency-Key stays withdrawn, too", async (t) => {
	const { door, by, reference } = await scene();
	t.teardown(() => door.close());
	const at = `/messages/${reference}/reactions/x`;
	const key = randomUUID();
	t.is((await by("PUT", at, {}, key)).status, 201);
	t.is((await by("DELETE", at)).status, 204);
	t.is((await by("PUT", at, {}, key)).headers.get("idempotency-replayed"), "true");
	t.deepEqual((await by("GET", `/messages/${reference}/reactions`)).body.items, []);
});
