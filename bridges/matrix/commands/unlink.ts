import { type BridgeCommand, Usage } from "#bridge-kit";
import type { MatrixConfig } from "../config.ts";
import { channelNamed } from "./channel.ts";

export const unlink: BridgeCommand<MatrixConfig> = {
	usage: "unlink <channelId>",
	summary: "end a channel's link; its ghosts leave the room",
	async run(args, { openCore, terminal }) {
		const [channel, ...more] = args;
		if (more.length > 0) throw new Usage("matrix unlink takes a channel id");
		await using core = await openCore();
		const linked = await core.portals.ofChannel(await channelNamed(core, channel));
		for (const portal of linked) {
			await core.portals.unlink(portal);
			terminal.out(`${portal.id} ${portal.room} closed`);
		}
		if (linked.length === 0) terminal.err("This channel is linked to no room");
		return linked.length === 0 ? 1 : 0;
	},
};
