import type { ExecutionContext } from "ava";
import { accountByRemote } from "#core/accounts/find-account.ts";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { joined } from "#core/groups/place.ts";
import { messages } from "#core/messages/message.ts";
import type { RemoteEvent, RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

type EventOf<K extends RemoteEvent["kind"]> = Extract<RemoteEvent, { kind: K }>;

/** Every event that a scene receives has the same id, unless a test gives it another one. */
export const id = "https://fedi.test/activities/1";

/** Jane, whose memo is open to anyone, and Bob of another network, whose events a test receives. */
export async function openScene(t: ExecutionContext) {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	const timeline = await core.timeline(jane);
	const memo = await core.post(jane, timeline, "Hello");
	const base = { id, sender: bob, raw: { id } };
	const target = { kind: "account", account: jane.id } as const;
	return {
		core,
		fedi,
		jane,
		bob,
		memo,
		timeline,
		join: (rest: Partial<EventOf<"join">> = {}) => ({ ...base, kind: "join", target, ...rest }) as const,
		leave: (rest: Partial<EventOf<"leave">> = {}) => ({ ...base, kind: "leave", target, ...rest }) as const,
		like: (rest: Partial<EventOf<"reaction">> = {}) =>
			({ ...base, kind: "reaction", reaction: id, target: { local: memo.id }, key: "⭐", ...rest }) as const,
		unlike: (rest: Partial<EventOf<"unreaction">> = {}) =>
			({ ...base, kind: "unreaction", reaction: id, target: { local: memo.id }, key: "⭐", ...rest }) as const,
		edit: (text: string, rest: Partial<EventOf<"edit">> = {}) =>
			({ ...base, kind: "edit", target: { remote: "note" }, content: { text, mime: "text/plain" }, ...rest }) as const,
		note: (name: string, rest: Partial<EventOf<"message">> = {}) =>
			fedi.message(bob, name, "First", { id, replyTo: { local: memo.id }, ...rest }),
		async receive(...events: readonly RemoteEvent[]) {
			const statuses: string[] = [];
			for (const event of events) {
				const [received] = await core.incoming.receive(fedi.name, [event]);
				statuses.push(received?.status === "ignored" ? received.reason : String(received?.status));
			}
			await core.settled();
			return statuses;
		},
		async isFollower(person: RemotePerson = bob): Promise<boolean> {
			const shadow = await accountByRemote(core.context, fedi.name, person.id);
			return shadow !== undefined && (await joined(core.context, timeline.channel.id, shadow)) !== undefined;
		},
		async likes(of = memo) {
			const now = (await core.context.store.get(messages, of.id))?.doc;
			return (now?.reactions ?? []).map(({ key, count }) => `${key} ${count}`);
		},
		text: async (name: string) => (await messageByRemote(core.context, fedi.name, name))?.content.text,
		kinds: () => fedi.delivered.map(({ kind }) => kind),
	};
}
