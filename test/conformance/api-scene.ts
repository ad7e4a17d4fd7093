import { accountByHandle } from "#core/accounts/find-account.ts";
import { addToken } from "#core/identity/tokens.ts";
import type { Client } from "../support/client.ts";
import { newKeyPair } from "../support/device.ts";
import type { Running } from "../support/gateway.ts";

/** Values of path parameters that exist on the provider, by the parameter's name. */
export type Known = Readonly<Record<string, readonly string[]>>;

export interface ApiScene {
	/** The caller. */
	readonly jane: Client;
	readonly known: Known;
	/** Values reserved for one operation, by its id, because others would use them up. */
	readonly knownTo: Readonly<Record<string, Known>>;
}

/** Fills a provider with resources of every kind. */
export async function furnish(running: Running): Promise<ApiScene> {
	const [jane, bob] = [await running.person("jane"), await running.person("bob")];
	const group = await jane.call("POST", "/api/groups", { name: "Dev Guild", joinPolicy: "approval" });
	const other = await bob.call("POST", "/api/groups", { name: "Choir", joinPolicy: "open" });
	await jane.call("POST", `/api/groups/${other.id}/join`);
	const channels: string[] = [];
	for (const tier of ["discoverable", "private"])
		channels.push((await jane.call("POST", `/api/groups/${group.id}/channels`, { name: tier, tier })).id);
	const path = `/api/groups/${group.id}/channels/${channels[0]}/messages`;
	const say = async (type: string): Promise<string> => {
		const { id } = await jane.call("POST", path, { type, content: { text: `A ${type}`, mime: "text/markdown" } });
		await jane.call("PUT", `${path}/${id}/reactions/${encodeURIComponent("🎉")}`, {});
		return id;
	};
	const messages = [await say("memo"), await say("article"), await say("message")];
	const toDelete = [await say("memo"), await say("memo")];
	for (let i = 0; i < 20; i++) {
		const asking = await running.person(`asking${i}`);
		await asking.call("POST", `/api/groups/${group.id}/join`);
	}
	const keys: string[] = [];
	for (let i = 0; i < 5; i++) {
		const { publicKey } = newKeyPair();
		keys.push((await jane.call("POST", "/api/auth/device-keys", { public_key: publicKey })).id);
	}
	const requests = await jane.call<{ items: { id: string }[] }>("GET", `/api/groups/${group.id}/requests`);
	const { context } = running.gateway;
	const account = await accountByHandle(context, "jane", context.domain);
	if (account === undefined) throw new Error("Jane has no account");
	for (let i = 0; i < 10; i++) await addToken(context, { account: account.id, scopes: ["ofscp"], name: `other ${i}` });
	const sessions = await jane.call<{ items: { id: string; current: boolean }[] }>("GET", "/api/me/sessions");
	const ids = requests.items.map(({ id }) => id);
	return {
		jane,
		known: {
			g: [group.id, other.id],
			c: channels,
			m: messages,
			u: [jane.address, bob.address],
			h: [jane.address, bob.address],
			key: ["🎉", "heart"],
			file: ["poll.json", "content-warning.json"],
		},
		knownTo: {
			approveJoinRequest: { id: ids.slice(10), g: [group.id] },
			denyJoinRequest: { id: ids.slice(0, 10), g: [group.id] },
			revokeDeviceKey: { id: keys },
			deleteMessage: { m: toDelete, c: channels.slice(0, 1) },
			deleteSession: { id: sessions.items.filter(({ current }) => !current).map(({ id }) => id) },
		},
	};
}
