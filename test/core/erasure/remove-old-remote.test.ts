import test, { type ExecutionContext } from "ava";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { followReference } from "#core/bridging/follow.ts";
import { removeOldRemote } from "#core/erasure/remove-old-remote.ts";
import { placeOf } from "#core/groups/place.ts";
import { homeTimeline } from "#core/messages/home-timeline.ts";
import type { RemoteMessage } from "#core/ports/bridge/remote-event.ts";
import { react } from "#core/reactions/react.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

const day = 86_400_000;
const never = new AbortController().signal;

/** Jane follows Bob, who posts. */
async function open(t: ExecutionContext) {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	await followReference(
		core.context,
		{ bridges: () => [fedi], shadows: core.shadows },
		jane,
		`${bob.handle}@${bob.domain}`,
	);
	const answer = { kind: "answer", id: "accept", sender: bob, raw: {}, account: jane.id } as const;
	await core.incoming.receive(fedi.name, [{ ...answer, accepted: true }]);
	const say = async (id: string, rest: Partial<RemoteMessage> = {}) => {
		const [received] = await core.incoming.receive(fedi.name, [fedi.message(bob, id, `text of ${id}`, rest)]);
		return received?.status;
	};
	const kept = async (id: string) => {
		const message = await messageByRemote(core.context, fedi.name, id);
		return message !== undefined && message.deletedAt === undefined;
	};
	const placeOfMessage = async (id: string) => {
		const message = await messageByRemote(core.context, fedi.name, id);
		const place = message === undefined ? undefined : await placeOf(core.context, message.channel);
		if (message === undefined || place === undefined) throw new Error(`There is no message ${id}`);
		return { message, place };
	};
	return { fedi, core, jane, bob, say, kept, placeOfMessage };
}

test("old posts of remote people are removed, and nothing that anyone here has touched", async (t) => {
	const { core, jane, say, kept, placeOfMessage } = await open(t);
	const above = (remote: string) => ({ replyTo: { remote } });
	for (const id of ["plain", "liked", "answered", "root"]) await say(id);
	await say("mentions", { mentions: [jane.id] });
	await say("middle", above("root"));
	await say("leaf", above("middle"));
	await say("sibling", above("root"));
	const memo = await core.post(jane, await core.timeline(jane), "Hello");
	await say("under ours", { replyTo: { local: memo.id } });
	const { message, place } = await placeOfMessage("liked");
	await react(core.context, jane, place, message, { key: "⭐", unicode: "⭐" });
	const ours = [];
	for (const id of ["answered", "leaf"]) {
		const { message: parent, place: there } = await placeOfMessage(id);
		ours.push(await core.post(jane, there, `re ${id}`, { replyTo: parent.id }));
	}
	await say("re ours", { replyTo: { local: ours[0]?.id ?? memo.id } });
	core.clock.time += 30 * day;
	await say("new");
	await core.settled();
	t.is(await removeOldRemote(core.context, 31 * day, never), 0);
	t.is(await removeOldRemote(core.context, 30 * day - 1, never), 2);
	const all = ["plain", "liked", "answered", "root", "mentions", "middle", "leaf", "sibling", "under ours", "re ours"];
	const gone: string[] = [];
	for (const id of [...all, "new"]) if (!(await kept(id))) gone.push(id);
	t.deepEqual(gone, ["plain", "sibling"]);
	t.is(await removeOldRemote(core.context, 30 * day - 1, never), 0);
});

test("a removed post leaves no text, tells no one, and does not come back when it is received again", async (t) => {
	const { fedi, core, jane, bob, say, kept, placeOfMessage } = await open(t);
	await say("old", { raw: { secret: "in the original" } });
	const { message } = await placeOfMessage("old");
	await core.settled();
	const delivered = fedi.delivered.length;
	core.clock.time += 10 * day;
	t.is(await removeOldRemote(core.context, day, never), 1);
	await core.settled();
	t.is(fedi.delivered.length, delivered);
	const log = await core.context.store.events(message.channel, 0, 100);
	t.notRegex(JSON.stringify(log), /text of old|in the original/);
	t.is(await say("old"), "duplicate");
	const edit = { kind: "edit", id: "edit", sender: bob, raw: {}, target: { remote: "old" } } as const;
	const content = { text: "again", mime: "text/plain" } as const;
	t.like((await core.incoming.receive(fedi.name, [{ ...edit, content }]))[0], { status: "ignored", reason: "gone" });
	t.false(await kept("old"));
	const home = await homeTimeline(core.context, jane, { limit: 10 });
	t.false(home.some(({ message: shown }) => shown.content.text.includes("old")));
});
