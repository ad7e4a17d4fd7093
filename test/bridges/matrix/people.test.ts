import test from "ava";
import { createPeople } from "../../../bridges/matrix/people.ts";

const carol = "@carol:hs.test";

test("after a restart, a name that comes with an event is doubtful until the room's state was read", async (t) => {
	const people = createPeople(async () => "Caro");
	await people.recallNames([carol]);
	t.false(people.isDoubtful(carol));
	people.setName(carol, "Caroline", 10);
	t.true(people.isDoubtful(carol), "the event may be older than the name that was stored");
	people.setName(carol, "Caroline", 10);
	t.true(people.isDoubtful(carol));
	people.setName(carol, "Caro");
	t.is(people.of(carol).profile.displayName, "Caro");
	t.false(people.isDoubtful(carol));
});

test("names whose times are known replace each other without doubt, and an older one is ignored", (t) => {
	const people = createPeople(async () => undefined);
	people.setName(carol, "Caroline", 10);
	people.setName(carol, "Caro", 20);
	people.setName(carol, "Caroline", 10);
	t.is(people.of(carol).profile.displayName, "Caro");
	t.false(people.isDoubtful(carol));
});
