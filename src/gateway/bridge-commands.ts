import { accountById } from "#core/accounts/find-account.ts";
import { createHostPeople } from "#core/bridging/host/people.ts";
import { portalsOfBridge, portalsOfChannel } from "#core/bridging/portals/find-portal.ts";
import { linkPortal, unlinkPortal } from "#core/bridging/portals/link-portal.ts";
import { placeOf } from "#core/groups/place.ts";
import { bridgeName, type ChannelId } from "#core/ids.ts";
import type { CommandCore } from "../bridge-kit/command.ts";
import type { Config } from "../config.ts";
import type { InstalledBridges } from "./installed-bridges.ts";
import { openCore } from "./open-core.ts";

/** Opens the core for a command of a bridge, without starting the provider. */
export async function openCommandCore(name: string, config: Config, installed: InstalledBridges): Promise<CommandCore> {
	const opened = await openCore(config, { installed });
	const { context } = opened;
	const bridge = bridgeName(name);

	/** A channel and the owner of its group, on whose behalf the operator acts. */
	async function channelAndOwner(channel: ChannelId) {
		const place = await placeOf(context, channel);
		const owner = place === undefined ? undefined : await accountById(context, place.group.owner);
		return place === undefined || owner === undefined ? undefined : { place, owner };
	}

	async function ownerOf(channel: ChannelId) {
		const found = await channelAndOwner(channel);
		if (found === undefined) throw new Error(`There is no channel ${channel}`);
		return found;
	}

	return {
		people: createHostPeople(context, bridge),
		channel: async (id) => (await channelAndOwner(id))?.place.channel,
		portals: {
			all: () => portalsOfBridge(context, bridge),
			ofChannel: async (channel) =>
				(await portalsOfChannel(context, channel)).filter((portal) => portal.bridge === bridge),
			async link(channel, reach) {
				const { place, owner } = await ownerOf(channel);
				return linkPortal(context, owner, place, { bridge, reach, consented: true });
			},
			async unlink({ id, channel }) {
				const { owner } = await ownerOf(channel);
				await unlinkPortal(context, owner, id);
			},
		},
		[Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
	};
}
