import test, { type ExecutionContext } from "ava";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { linkPortal, unlinkPortal } from "#core/bridging/portals/link-portal.ts";
import type { Account } from "#core/model/account.ts";
import type { Delivery } from "#core/ports/bridge/delivery.ts";
import { openCore } from "../../../support/core.ts";
import { createFakeBridge, type FakeBridge } from "../../../support/fake-bridge.ts";

/** A timeline that is linked to a room; the first message to the room waits until `go` is called. */
async function open(t: ExecutionContext) {
	const base = createFakeBridge("chat", { rooms: true });
	const fedi = createFakeBridge("fedi");
	const asked = new Set<string>();
	const gate = Promise.withResolvers<void>();
	const begun = Promise.withResolvers<void>();
	const introduced: string[] = [];
	const all = Promise.withResolvers<void>();
	let expected = Number.POSITIVE_INFINITY;
	const chat: FakeBridge = {
		...base,
		async deliver(delivery: Delivery, signal) {
			if (delivery.kind === "message") {
				begun.resolve();
				await gate.promise;
			}
			return base.deliver(delivery, signal);
		},
		introduction: {
			isNeeded: (account: Account) => !asked.has(account.handle),
			async introduce(account: Account) {
				asked.add(account.handle);
				introduced.push(account.handle);
				if (introduced.length >= expected) all.resolve();
			},
		},
	};
	const core = await openCore(t, [chat, fedi]);
	const jane = await core.person("jane");
	const place = await core.timeline(jane);
	const reach = { bridge: chat.name, target: "!room:x", lane: "chat:!room:x" };
	const portal = await linkPortal(core.context, jane, place, { bridge: chat.name, reach, consented: true });
	await changePortal(core.context, portal.id, "active");
	const memo = await core.post(jane, place, "A question");
	await begun.promise;
	const answers = (from: number, to: number) =>
		core.incoming.receive(
			fedi.name,
			Array.from({ length: to - from }, (_, i) =>
				fedi.message(fedi.person(`p${from + i}`), `reply ${from + i}`, `${from + i}`, { replyTo: { local: memo.id } }),
			),
		);
	const introducedAll = (count: number): Promise<void> => {
		expected = count;
		if (introduced.length >= count) all.resolve();
		return all.promise;
	};
	return { core, chat: base, fedi, jane, portal, answers, go: gate.resolve, introduced, introducedAll };
}

test("the authors of the next deliveries are introduced while an earlier one is made, and the order is kept", async (t) => {
	const { core, chat, answers, go, introduced, introducedAll } = await open(t);
	await answers(0, 60);
	const held = core.settled();
	// The page with the waiting message has been read already, so its successors are seen with the next page.
	go();
	await held;
	await introducedAll(59);
	t.is(new Set(introduced).size, introduced.length);
	t.deepEqual(
		chat.delivered.flatMap((d) => (d.kind === "message" ? [d.subject.message.content.text] : [])),
		["A question", ...Array.from({ length: 60 }, (_, i) => `${i}`)],
	);
});

test("no author is introduced to a room that was unlinked meanwhile", async (t) => {
	const { core, chat, jane, portal, answers, go, introduced } = await open(t);
	await answers(0, 20);
	await unlinkPortal(core.context, jane, portal.id);
	go();
	await core.settled();
	t.deepEqual(introduced, []);
	t.deepEqual(
		chat.delivered.map(({ kind }) => kind),
		["link", "message", "unlink"],
	);
});
