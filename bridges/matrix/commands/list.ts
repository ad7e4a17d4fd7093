import { type BridgeCommand, Usage } from "#bridge-kit";
import type { MatrixConfig } from "../config.ts";

export const list: BridgeCommand<MatrixConfig> = {
	usage: "list",
	summary: "list the links between channels and rooms, with their states",
	async run(args, { openCore, terminal }) {
		if (args.length > 0) throw new Usage("matrix list takes no arguments");
		await using core = await openCore();
		const links = await core.portals.all();
		for (const { id, channel, room, state, reason } of links)
			terminal.out(`${id} ${channel} ${room} ${state}${reason === undefined ? "" : `: ${reason}`}`);
		if (links.length === 0) terminal.err("No channel is linked to a room");
		return 0;
	},
};
