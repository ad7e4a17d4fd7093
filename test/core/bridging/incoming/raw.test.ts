import test from "ava";
import { parked } from "#core/bridging/incoming/parked-event.ts";
import { pagesOf } from "#core/events/pages.ts";
import { maxRawBytes, type RemoteEvent } from "#core/ports/bridge/remote-event.ts";
import { openCore } from "../../../support/core.ts";
import { createFakeBridge } from "../../../support/fake-bridge.ts";

test("of no kind of event is a long original kept, neither in the log nor while it waits", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const { store } = core.context;
	const jane = await core.person("jane");
	const memo = await core.post(jane, await core.timeline(jane), "Hello");
	const sender = fedi.person("bob");
	const raw = { deep: [{ text: "ü".repeat(450_000) }] };
	const missing = { target: { remote: "missing" } } as const;
	const target = { kind: "account", account: jane.id } as const;
	const content = { text: "Hello", mime: "text/plain" } as const;
	const reply = { raw, replyTo: { local: memo.id }, mentions: [jane.id] };
	const events: RemoteEvent[] = [
		{ kind: "join", id: "join", sender, raw, target },
		fedi.message(sender, "reply", "Hi", reply),
		{ kind: "edit", id: "edit", edit: "edit", sender, raw, content, target: { remote: "reply" } },
		{ kind: "reaction", id: "like", reaction: "like", sender, raw, key: "⭐", target: { local: memo.id } },
		{ kind: "unreaction", id: "unlike", reaction: "like", sender, raw },
		{ kind: "removal", id: "removal", sender, raw, target: { remote: "reply" } },
		{ kind: "leave", id: "leave", sender, raw, target },
		fedi.message(sender, "orphan", "Hi", { raw, replyTo: { remote: "unknown" } }),
		{ kind: "edit", id: "early", sender, raw, content, ...missing },
		{ kind: "removal", id: "early removal", sender, raw, ...missing },
		{ kind: "retraction", id: "early retraction", sender, raw, target: "missing" },
		{ kind: "reaction", id: "early like", reaction: "early like", sender, raw, key: "⭐", ...missing },
		{ kind: "unreaction", id: "early unlike", reaction: "none", sender, raw },
	];
	const received = await core.incoming.receive(fedi.name, events);
	t.deepEqual(received.filter(({ status }) => status === "accepted").length, 7, JSON.stringify(received));
	t.deepEqual(received.filter(({ status }) => status === "parked").length, 6, JSON.stringify(received));
	for await (const page of pagesOf(store, parked, { limit: 100 }))
		for (const { json } of page) t.true(Buffer.byteLength(json) < maxRawBytes);
	const log = await store.events(jane.timeline, 0, 100);
	t.true(log.length >= 8);
	for (const event of log) t.true(Buffer.byteLength(JSON.stringify(event.body)) < maxRawBytes, event.type);
});
