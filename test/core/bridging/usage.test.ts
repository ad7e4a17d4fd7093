import test from "ava";
import { createUsage } from "#core/bridging/host/usage.ts";
import { appendAccountDeletion } from "#core/erasure/delete-account.ts";
import { openDoor } from "../../http/door.ts";

const dayMs = 86_400_000;

test("accounts count as active for a month and half a year after their last post, and deleted ones not at all", async (t) => {
	const clock = { time: Date.now(), now: () => clock.time };
	const door = await openDoor({ clock });
	t.teardown(() => door.close());
	const say = async (handle: string) => {
		const { account, token } = await door.person(handle);
		const path = `/api/groups/${account.group}/channels/${account.timeline}/messages`;
		for (const text of ["one", "two"])
			t.is((await door.ask("POST", path, { token, body: { type: "memo", content: { text } } })).status, 201);
		return account;
	};
	await say("long-ago");
	clock.time += 100 * dayMs;
	await say("in-spring");
	clock.time += 100 * dayMs;
	const gone = await say("gone");
	await say("today");
	await door.person("silent");
	const usage = createUsage(door.context);
	t.deepEqual(await usage(), { users: 5, activeMonth: 2, activeHalfyear: 3, posts: 8 });
	await appendAccountDeletion(door.context, gone);
	t.is((await usage()).users, 5, "counted once an hour");
	clock.time += 3_600_000;
	const later = await usage();
	t.is(later.users, 4);
	t.is(later.activeMonth, 1);
});
