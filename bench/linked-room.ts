import path from "node:path";
import { api, installCauseway, type Provider } from "./causeway.ts";
import { until } from "./verify.ts";

const room = "!harbour:hs.test";

/** A provider with a channel of jane's that is linked to a room of the homeserver. It is not running. `room`: the channel's id. */
export async function openLinkedRoom(
	folder: string,
	homeserverUrl: string,
): Promise<{ readonly causeway: Provider; readonly room: string }> {
	const registration = path.join(folder, "registration.yaml");
	const causeway = await installCauseway(folder, {
		bridges: { matrix: { enabled: true, homeserverUrl, serverName: "hs.test", registration } },
	});
	await causeway.command("matrix", "registration", "--out", registration);
	await causeway.command("user", "add", "jane");
	const jane = await causeway.command("token", "add", "jane");
	await using _server = await causeway.serve();
	const { channel } = await linkChannel(causeway, jane, room);
	return { causeway, room: channel };
}

/** Creates a channel that is linked to a room of the homeserver. The provider must be running. @param owner an access token */
export async function linkChannel(
	causeway: Provider,
	owner: string,
	room: string,
): Promise<{ readonly group: string; readonly channel: string }> {
	const group = await api<{ id: string }>(causeway, owner, "POST", "/api/groups", {
		name: "Harbour",
		joinPolicy: "open",
	});
	const channels = `/api/groups/${group.id}/channels`;
	const channel = await api<{ id: string }>(causeway, owner, "POST", channels, { name: "pier", tier: "discoverable" });
	await causeway.command("matrix", "link", channel.id, room);
	await until("the link is active", async () => {
		const links = `/api/groups/${group.id}/bridges`;
		const { items } = await api<{ items: { state: string }[] }>(causeway, owner, "GET", links);
		return items.every(({ state }) => state === "active");
	});
	return { group: group.id, channel: channel.id };
}
