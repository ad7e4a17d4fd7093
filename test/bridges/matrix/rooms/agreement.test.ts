import test from "ava";
import { createAgreements } from "../../../../bridges/matrix/rooms/agreement.ts";
import { createFakeHost } from "../../../support/fake-host.ts";

const room = "!room:hs.test";
const link = "brg_1" as never;
const open = () => createAgreements(createFakeHost("https://here.example").state);
const stored = async (agreements: ReturnType<typeof open>) =>
	(await agreements.of(room, [{ id: link } as never])).links.get(link);

test("the operator's consent holds, whether it is given before, while or after the room is asked", async (t) => {
	for (const steps of [["operatorAgreed"], ["operatorAgreed", "announced"], ["announced", "operatorAgreed"]] as const) {
		const agreements = open();
		await Promise.all(steps.map((step) => agreements[step](room, link)));
		t.is((await stored(agreements))?.agreed, "operator", steps.join());
	}
});

test("an answer that was given before the room was asked does not count", async (t) => {
	const agreements = open();
	await agreements.answered(room, link, { by: "@eve:hs.test", shared: false }, "$1");
	await agreements.announced(room, link);
	t.deepEqual(await stored(agreements), { announced: true });
});

test("an event that a homeserver sends again undoes nothing that came after it", async (t) => {
	const agreements = open();
	const answer = { by: "@eve:hs.test", shared: false };
	await agreements.announced(room, link);
	await agreements.answered(room, link, answer, "$answer");
	t.true(await agreements.botRemoved(room, "$kick"));
	await agreements.invited(room, "@eve:hs.test", "$invitation");
	await agreements.announced(room, link);
	await agreements.answered(room, link, answer, "$answer");
	t.deepEqual(await stored(agreements), { announced: true }, "the answer was to the question before the removal");
	t.false(await agreements.botRemoved(room, "$kick"));
	await agreements.answered(room, link, answer, "$another");
	t.deepEqual(await stored(agreements), { announced: true, heard: [answer] });
	t.true(await agreements.isInvited(room));
	t.is(await agreements.removals(room), 1);
});
