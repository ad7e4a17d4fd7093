import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { FakeHomeserver } from "../peers/fake-homeserver.ts";
import type { Room } from "../peers/fake-homeserver-rooms.ts";
import { startRegisteredHomeserver } from "../peers/registered-homeserver.ts";
import { type RemoteHost, startRemoteHost } from "../peers/remote-host.ts";
import type { Client } from "../support/client.ts";
import { freePort } from "../support/free-port.ts";
import { type Provider, type ProviderOptions, startProvider } from "../support/provider.ts";
import { until } from "../support/wait.ts";

/** A channel that exists on all three sides. */
export interface Place {
	/** `/api/groups/…/channels/…/messages` */
	readonly messages: string;
	readonly channel: string;
	/** The id of the actor that is followed. */
	readonly actor: string;
	readonly room: Room;
}

/**
 * A provider in a process of its own, two fediverse hosts and a homeserver. Jane has a timeline and a group's channel; Bob
 * (on the first host) and Carol (on the second) follow both, Alice is in both rooms.
 */
export interface Federation extends AsyncDisposable {
	readonly provider: Provider;
	readonly jane: Client;
	readonly first: RemoteHost;
	readonly second: RemoteHost;
	readonly homeserver: FakeHomeserver;
	readonly alice: string;
	readonly timeline: Place;
	readonly channel: Place;
}

export async function openFederation(given: Omit<ProviderOptions, "folder"> = {}): Promise<Federation> {
	await using opened = new AsyncDisposableStack();
	const folder = await mkdtemp(path.join(tmpdir(), "causeway-"));
	opened.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
	const port = given.port ?? (await freePort());
	const { homeserver, env } = await startRegisteredHomeserver(folder, port);
	opened.use(homeserver);
	const [first, second] = [opened.use(await startRemoteHost()), opened.use(await startRemoteHost())];
	const provider = opened.use(await startProvider({ ...given, folder, port, env: { ...env, ...given.env } }));
	const jane = await provider.person("jane");
	const alice = homeserver.user("alice");

	async function open(group: string, channel: string, actor: string): Promise<Place> {
		const room = homeserver.room(alice);
		await follow(provider, first, "bob", actor);
		await follow(provider, second, "carol", actor);
		await provider.cli("matrix", "link", channel, room.id);
		await until("the link is active", async () => {
			const { items } = await jane.call("GET", `/api/groups/${group}/bridges`);
			return items.some((item: { room: string; state: string }) => item.room === room.id && item.state === "active");
		});
		return { messages: `/api/groups/${group}/channels/${channel}/messages`, channel, actor, room };
	}
	const me = await jane.call("GET", "/api/me");
	const group = await jane.call("POST", "/api/groups", { name: "Guild" });
	const fields = { name: "general", type: "text", tier: "discoverable" };
	const general = await jane.call("POST", `/api/groups/${group.id}/channels`, fields);
	const timeline = await open(me.timeline.group, me.timeline.channel, me.actor);
	const channel = await open(group.id, general.id, `${provider.origin}/channels/${general.id}`);
	const kept = opened.move();
	return {
		provider,
		jane,
		first,
		second,
		homeserver,
		alice,
		timeline,
		channel,
		[Symbol.asyncDispose]: () => kept.disposeAsync(),
	};
}

/** Lets a person of a remote host follow an actor of the provider, and waits for the Accept. */
export async function follow(provider: Provider, host: RemoteHost, name: string, actor: string): Promise<void> {
	const id = `${host.origin}/follows/${randomUUID()}`;
	const activity = { id, type: "Follow", object: actor };
	await until(`${name} follows`, async () => (await host.send(name, activity, `${provider.origin}/inbox`)) === 202);
	await until(`${name} is accepted`, () => host.ledger.some(({ type, object }) => type === "Accept" && object === id));
}
