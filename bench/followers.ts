import { findAccount } from "#core/accounts/find-account.ts";
import { bridgeName } from "#core/ids.ts";
import type { RemoteEvent } from "#core/ports/bridge/remote-event.ts";
import { buildBridging } from "../src/gateway/bridging.ts";
import { openCore, readConfig } from "../src/gateway.ts";
import { together } from "./load/signing.ts";

/** The followers of an account: `each` of them on each of `hosts` hosts of the sink, of which `first` is the first (default 0). */
export interface Following {
	readonly handle: string;
	readonly hosts: number;
	readonly each: number;
	readonly first?: number;
}

/** The n-th host of the sink, which listens on this port of every loopback address. */
export const sinkHost = (n: number, port: number): string =>
	`127.${100 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}:${port}`;

/**
 * Adds remote followers by giving the core the events that the ActivityPub bridge makes from signed `Follow` activities. No keys
 * or documents are fetched. The server must not be running.
 */
export async function addFollowers(configFile: string, port: number, followings: readonly Following[]): Promise<void> {
	const bridge = bridgeName("activitypub");
	await using opened = await openCore(await readConfig(configFile, {}));
	const { context } = opened;
	const { incoming } = buildBridging(
		context,
		() => [],
		() => ({ wake() {} }),
	);
	for (const { handle, hosts, each, first = 0 } of followings) {
		const account = await findAccount(context, handle);
		if (account === undefined) throw new Error(`There is no account ${handle}`);
		await together(hosts * each, 200, async (n) => {
			const host = sinkHost(first + (n % hosts), port);
			const id = `http://${host}/users/${handle}${n}`;
			const follow = `${id}/follow`;
			const event: RemoteEvent = {
				kind: "join",
				id: follow,
				sender: {
					id,
					handle: `${handle}${n}`,
					domain: host,
					kind: "person",
					profile: { displayName: `Follower ${n}` },
					reach: { bridge, target: `http://${host}/inbox`, lane: `${bridge}:${host}` },
				},
				target: { kind: "account", account: account.id },
				raw: {
					"@context": "https://www.w3.org/ns/activitystreams",
					id: follow,
					type: "Follow",
					actor: id,
					object: `${context.origin}/users/${account.id}`,
				},
			};
			const [received] = await incoming.receive(bridge, [event]);
			if (received?.status !== "accepted") throw new Error(`The follow of ${id} was ${JSON.stringify(received)}`);
		});
	}
}
