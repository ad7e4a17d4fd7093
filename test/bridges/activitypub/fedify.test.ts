import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { Delivery } from "#core/ports/bridge/delivery.ts";
import activityPub from "../../../bridges/activitypub/index.ts";
import { startFedify } from "../../peers/fedify.ts";
import { createFakeHost, type FakeHost } from "../../support/fake-host.ts";

const never = new AbortController().signal;

/** The bridge behind a door of its own, on a fake host. */
async function open(t: ExecutionContext): Promise<{ host: FakeHost; bridge: Bridge }> {
	let bridge: Bridge | undefined;
	const answer = async (request: IncomingMessage, response: ServerResponse) => {
		const url = request.url ?? "/";
		const at = url.indexOf("?");
		const answered = await bridge?.handle({
			method: request.method ?? "GET",
			path: at === -1 ? url : url.slice(0, at),
			query: at === -1 ? "" : url.slice(at),
			headers: request.headers as Record<string, string>,
			remoteAddress: "127.0.0.1",
			body: () => buffer(request),
			stream: () => request,
		});
		response.writeHead(answered?.status ?? 500, answered?.headers).end(answered?.body as string | Buffer | undefined);
	};
	const server = createServer((request, response) => void answer(request, response));
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const host = createFakeHost(`http://localhost:${(server.address() as AddressInfo).port}`);
	t.teardown(async () => {
		await host.http.close();
		server.closeAllConnections();
		server.close();
	});
	bridge = activityPub.create({ enabled: true }, host);
	return { host, bridge };
}

async function until(t: ExecutionContext, what: string, test: () => boolean): Promise<void> {
	for (const end = Date.now() + 30_000; Date.now() < end; ) {
		if (test()) return;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	t.fail(`never: ${what}`);
}

for (const firstKnock of ["draft-cavage-http-signatures-12", "rfc9421"] as const) {
	test(`Fedify follows, likes, replies and reads what we send (${firstKnock})`, async (t) => {
		const { host, bridge } = await open(t);
		await using peer = await startFedify({ firstKnock });
		const jane = host.person("jane");
		const memo = host.say(jane, host.timeline(jane), "hello", { tags: ["intro"], warning: "careful" });

		const actor = await peer.lookUp(`@jane@${host.about.domain}`);
		t.is(actor?.id?.href, `${host.about.origin}/users/${jane.id}`);
		if (actor === null) return;
		const follow = await peer.follow("bob", actor);
		await until(t, "a follow", () => host.received.some(({ kind }) => kind === "join"));
		t.like(host.received[0], { id: follow, sender: { handle: "bob", domain: peer.host } });
		const object = `${host.about.origin}/objects/${memo.id}`;
		const note = await peer.post("bob", "reply", { to: actor, replyTo: object });
		const like = await peer.like("bob", object, actor);
		await peer.react("bob", object, "🔥", actor);
		await peer.undoLike("bob", like, object, actor);
		await until(t, "the rest", () => host.received.length >= 5);
		const of = (kind: string) => host.received.filter((event) => event.kind === kind);
		t.like(of("message")[0], { message: note, replyTo: { local: memo.id } });
		t.deepEqual(
			of("reaction")
				.map((event) => event.kind === "reaction" && event.key)
				.sort(),
			["⭐", "🔥"],
		);
		t.like(of("unreaction")[0], { reaction: like });

		const { target } = host.received[0]?.sender.reach ?? { target: "" };
		const place = host.timeline(jane);
		const reach = { bridge: host.about.bridge, target, lane: "l" };
		const bob = host.person("bob", {
			domain: peer.host,
			origin: { bridge: host.about.bridge, id: peer.actorId("bob") },
		});
		const deliver = async (delivery: Delivery) =>
			t.like(await bridge.deliver(delivery, never), { status: "delivered" });
		const said = host.delivery(memo, target);
		const answer = {
			kind: "answer",
			id: `${jane.timeline}/7`,
			reach,
			at: 1,
			actor: jane,
			...place,
			visibility: "broadcast",
			account: bob,
			accepted: true,
			request: host.received[0]?.raw,
		} as const;
		await deliver(answer);
		await deliver(said);
		await deliver({ ...said, kind: "edit", id: `${jane.timeline}/8` });
		await deliver({ ...said, kind: "reaction", key: "❤", reaction: "r", id: `${jane.timeline}/9` });
		await deliver({ ...said, kind: "removal", id: `${jane.timeline}/10` });
		await deliver({ kind: "profile", id: `${jane.id}/2`, reach, at: 1, actor: jane });
		await deliver({
			kind: "join",
			id: `${jane.timeline}/11`,
			reach,
			at: 1,
			actor: jane,
			...place,
			visibility: "broadcast",
			owner: bob,
		});
		for (const type of ["Accept", "Create", "Update", "Like", "Delete", "Follow"]) {
			const taken = await peer.waitFor((activity) => activity.type === type, type);
			t.is(taken.actor, `${host.about.origin}/users/${jane.id}`);
		}
		await until(t, "an answer to our follow", () =>
			host.received.some((event) => event.kind === "answer" && event.account === jane.id),
		);
	});
}
