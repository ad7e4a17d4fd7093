import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type FakeHomeserver, startFakeHomeserver } from "../peers/fake-homeserver.ts";
import type { Room } from "../peers/fake-homeserver-rooms.ts";
import { type RemoteHost, startRemoteHost } from "../peers/remote-host.ts";
import type { Client } from "../support/client.ts";
import { freePort } from "../support/free-port.ts";
import { type Provider, type ProviderOptions, startProvider } from "../support/provider.ts";
import { until } from "../support/wait.ts";

/** A place that is known on all three sides. */
export interface Place {
	/** `/api/groups/…/channels/…/messages` */
	readonly messages: string;
	readonly channel: string;
	/** The actor that is followed. */
	readonly actor: string;
	readonly room: Room;
}

/**
 * A provider in a process of its own, two fediverse hosts and a homeserver. Jane has a timeline and a group's channel; Bob
 * (on the first host) and Carol (on the second) follow both, Alice is in both rooms.
 */
export interface Town extends AsyncDisposable {
	readonly provider: Provider;
	readonly jane: Client;
	readonly first: RemoteHost;
	readonly second: RemoteHost;
	readonly homeserver: FakeHomeserver;
	readonly alice: string;
	readonly timeline: Place;
	readonly channel: Place;
}

export async function openTown(given: Omit<ProviderOptions, "folder"> = {}): Promise<Town> {
	const folder = await mkdtemp(path.join(tmpdir(), "causeway-"));
	const options = { ...given, folder };
	const [port, homeserverPort] = [options.port ?? (await freePort()), await freePort()];
	const registration = path.join(folder, "registration.yaml");
	const [asToken, hsToken] = [randomUUID(), randomUUID()];
	const sender = "_ofscp_bot";
	await writeFile(
		registration,
		JSON.stringify({
			id: "causeway",
			url: "",
			as_token: asToken,
			hs_token: hsToken,
			sender_localpart: sender,
			rate_limited: false,
			namespaces: namespaces(),
		}),
	);
	const serviceUrl = `http://localhost:${port}`;
	const homeserver = await startFakeHomeserver({
		port: homeserverPort,
		serviceUrl,
		asToken,
		hsToken,
		bot: `@${sender}:hs.test`,
	});
	const env = {
		CAUSEWAY_BRIDGES_MATRIX_ENABLED: "true",
		CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL: homeserver.url,
		CAUSEWAY_BRIDGES_MATRIX_SERVER_NAME: homeserver.serverName,
		CAUSEWAY_BRIDGES_MATRIX_REGISTRATION: registration,
		...options.env,
	};
	const [provider, first, second] = await Promise.all([
		startProvider({ ...options, port, env }),
		startRemoteHost(),
		startRemoteHost(),
	]);
	const jane = await provider.person("jane");
	const alice = homeserver.user("alice");

	async function open(group: string, channel: string, actor: string): Promise<Place> {
		const room = homeserver.room(alice);
		for (const [host, name] of [
			[first, "bob"],
			[second, "carol"],
		] as const) {
			const follow = { id: `${host.origin}/follows/${randomUUID()}`, type: "Follow", object: actor };
			await until(`${name} follows`, async () => (await host.send(name, follow, `${provider.origin}/inbox`)) === 202);
		}
		await provider.cli("matrix", "link", channel, room.id);
		await until("the link is active", async () => {
			const { items } = await jane.call("GET", `/api/groups/${group}/bridges`);
			return items.some((item: { room: string; state: string }) => item.room === room.id && item.state === "active");
		});
		return { messages: `/api/groups/${group}/channels/${channel}/messages`, channel, actor, room };
	}
	const me = await jane.call("GET", "/api/me");
	const group = await jane.call("POST", "/api/groups", { name: "Guild" });
	const general = await jane.call("POST", `/api/groups/${group.id}/channels`, {
		name: "general",
		type: "text",
		tier: "discoverable",
	});
	return {
		provider,
		jane,
		first,
		second,
		homeserver,
		alice,
		timeline: await open(me.timeline.group, me.timeline.channel, me.actor),
		channel: await open(group.id, general.id, `${provider.origin}/channels/${general.id}`),
		async [Symbol.asyncDispose]() {
			await provider.kill9();
			for (const peer of [first, second, homeserver]) await peer[Symbol.asyncDispose]();
			await rm(folder, { recursive: true, force: true, maxRetries: 3 });
		},
	};
}

const namespaces = () => ({
	users: [{ exclusive: true, regex: "@_ofscp_.*:hs\\.test" }],
	aliases: [{ exclusive: true, regex: "#_ofscp_.*:hs\\.test" }],
	rooms: [],
});
