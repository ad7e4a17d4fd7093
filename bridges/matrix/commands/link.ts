import { type BridgeCommand, Usage } from "#bridge-kit";
import type { MatrixConfig } from "../config.ts";
import { channelNamed } from "./channel.ts";

export const link: BridgeCommand<MatrixConfig> = {
	usage: "link <channelId> <room>",
	summary: "link a channel to a room, speaking for both sides",
	async run(args, { openCore, terminal }) {
		const [channel, room, ...more] = args;
		if (room === undefined || more.length > 0) throw new Usage("matrix link takes a channel id and a room id or alias");
		await using core = await openCore();
		const id = await channelNamed(core, channel);
		const reach = await core.resolveRoom(room);
		if (reach === undefined) {
			terminal.err(`The homeserver knows no room ${room}`);
			return 1;
		}
		const portal = await core.portals.link(id, reach);
		terminal.out(`${portal.id} ${portal.room} ${portal.state}`);
		return 0;
	},
};
