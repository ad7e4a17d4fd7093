import test from "ava";
import { readableById } from "#core/access/readable-place.ts";
import { createAccount } from "#core/accounts/create-account.ts";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { idempotencyOf } from "#core/events/idempotency.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import { postMessage } from "#core/messages/post-message.ts";
import { buildBridging } from "../../src/gateway/bridging.ts";
import { createFakeBridge } from "../support/fake-bridge.ts";
import { freePort } from "../support/free-port.ts";
import { startGateway } from "../support/gateway.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

test("a server forgets request keys after a day, and removes old posts of remote people if it is configured to", async (t) => {
	const folder = await temporaryFolder(t);
	const port = await freePort();
	const network = createFakeBridge("activitypub");
	const clock = { time: Date.now(), now: () => clock.time };
	const start = (env: Readonly<Record<string, string>> = {}) => startGateway(folder, env, port, { clock });
	const removedAt = async (context: IdentityContext, id: string) =>
		(await messageByRemote(context, network.name, id))?.deletedAt;

	const prepare = async ({ context }: { readonly context: IdentityContext }): Promise<string> => {
		const { incoming } = buildBridging(
			context,
			() => [],
			() => ({ wake() {} }),
		);
		const jane = await createAccount(context, { handle: "jane" });
		const bob = network.person("bob");
		await incoming.receive(network.name, [network.message(bob, "kept", "@jane", { mentions: [jane.id] })]);
		await incoming.receive(network.name, [network.message(bob, "old", "Hi", { replyTo: { remote: "kept" } })]);
		const place = await readableById(context, jane.timeline, jane);
		if (place === undefined) throw new Error("Jane can't read her timeline");
		const fields = { type: "memo", content: { text: "Hello", mime: "text/plain" } } as const;
		const { message } = await postMessage(context, jane, place, fields, idempotencyOf(jane.id, "POST /x", "key", {}));
		const event = `${message.channel}/${message.seq}`;
		t.not((await context.store.event(event))?.request, event);
		t.deepEqual([await removedAt(context, "kept"), await removedAt(context, "old")], [undefined, undefined]);
		return event;
	};
	const event = await (async () => {
		await using running = await start();
		return await prepare(running.gateway);
	})();
	clock.time += 100 * 86_400_000;
	await using running = await start({ CAUSEWAY_STORAGE_KEEP_REMOTE_DAYS: "99" });
	const { context } = running.gateway;
	await until("the old post is removed", () => removedAt(context, "old"));
	await until("the key is forgotten", async () => (await context.store.event(event))?.request === event);
	t.is(await removedAt(context, "kept"), undefined);
});
