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
	const group = await api<{ id: string }>(causeway, jane, "POST", "/api/groups", {
		name: "Harbour",
		joinPolicy: "open",
	});
	const channels = `/api/groups/${group.id}/channels`;
	const channel = await api<{ id: string }>(causeway, jane, "POST", channels, { name: "pier", tier: "discoverable" });
	await causeway.command("matrix", "link", channel.id, room);
	await until("the link is active", async () => {
		const links = `/api/groups/${group.id}/bridges`;
		const { items } = await api<{ items: { state: string }[] }>(causeway, jane, "GET", links);
		return items.every(({ state }) => state === "active");
	});
	return { causeway, room: channel.id };
}
