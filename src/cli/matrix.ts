import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { accountById } from "#core/accounts/find-account.ts";
import { portalsOfChannel } from "#core/bridging/portals/find-portal.ts";
import { linkPortal, unlinkPortal } from "#core/bridging/portals/link-portal.ts";
import type { World } from "#core/events/world.ts";
import { placeOf } from "#core/groups/place.ts";
import { bridgeName, parseId } from "#core/ids.ts";
import { matrixRegistration, openWorld, resolveRoom } from "../gateway.ts";
import { type Command, Usage } from "./command.ts";

const matrix = bridgeName("matrix");

export const registration: Command = {
	usage: "matrix registration [--out FILE]",
	summary: "make the file that a homeserver's operator installs",
	async run(args, config, terminal) {
		const { values } = parseArgs({ args: [...args], options: { out: { type: "string" } } });
		const yaml = await matrixRegistration(config);
		if (values.out === undefined) terminal.out(yaml.trimEnd());
		else {
			await writeFile(values.out, yaml, { mode: 0o600 });
			terminal.err(
				`Written to ${values.out}. Name it in the homeserver's app_service_config_files and restart the homeserver.`,
			);
		}
		return 0;
	},
};

async function placeNamed(world: World, channel: string | undefined) {
	const id = parseId("chn", channel ?? "");
	if (id === undefined) throw new Usage(`${channel ?? "nothing"} is not a channel id (chn_…)`);
	const place = await placeOf(world, id);
	const owner = place === undefined ? undefined : await accountById(world, place.group.owner);
	if (place === undefined || owner === undefined) throw new Error(`There is no channel ${channel}`);
	return { place, owner };
}

export const link: Command = {
	usage: "matrix link <channelId> <room>",
	summary: "link a channel to a room, speaking for both sides",
	async run(args, config, terminal) {
		const [channel, room, ...more] = args;
		if (room === undefined || more.length > 0) throw new Usage("matrix link takes a channel id and a room id or alias");
		await using opened = await openWorld(config);
		const { place, owner } = await placeNamed(opened.world, channel);
		const reach = await resolveRoom(opened, config, matrix, room);
		if (reach === undefined) {
			terminal.err(`The homeserver knows no room ${room}`);
			return 1;
		}
		const portal = await linkPortal(opened.world, owner, place, { bridge: matrix, reach, consented: true });
		terminal.out(`${portal.id} ${portal.room} ${portal.state}`);
		return 0;
	},
};

export const unlink: Command = {
	usage: "matrix unlink <channelId>",
	summary: "end a channel's link; its ghosts leave the room",
	async run(args, config, terminal) {
		const [channel, ...more] = args;
		if (more.length > 0) throw new Usage("matrix unlink takes a channel id");
		await using opened = await openWorld(config);
		const { place, owner } = await placeNamed(opened.world, channel);
		const linked = (await portalsOfChannel(opened.world, place.channel.id)).filter(
			(portal) => portal.bridge === matrix,
		);
		for (const portal of linked) {
			await unlinkPortal(opened.world, owner, portal.id);
			terminal.out(`${portal.id} ${portal.room} closed`);
		}
		if (linked.length === 0) terminal.err("This channel is linked to no room");
		return linked.length === 0 ? 1 : 0;
	},
};
