import { setTimeout as pause } from "node:timers/promises";
import { type BridgeCommand, type CommandCore, Usage } from "#bridge-kit";
import type { MatrixConfig } from "../config.ts";
import { createNames, laneOf } from "../ids.ts";
import { askHomeserver } from "./ask-homeserver.ts";
import { channelNamed } from "./channel.ts";
import { enterRoom } from "./enter-room.ts";

/** How long the command waits until the server has made the link active, in milliseconds, and how often it looks. */
const patience = { totalMs: 5_000, everyMs: 100 };

type Link = Awaited<ReturnType<CommandCore["portals"]["link"]>>;

export const link: BridgeCommand<MatrixConfig> = {
	usage: "link <channelId> <room>",
	summary: "link a channel to a room, speaking for both sides",
	async run(args, { about, config, openCore, terminal }) {
		const [channel, room, ...more] = args;
		if (room === undefined || more.length > 0) throw new Usage("matrix link takes a channel id and a room id or alias");
		await using core = await openCore();
		const id = await channelNamed(core, channel);
		const made = await askHomeserver(config, async (homeserver) => {
			const entered = await enterRoom(homeserver, room, createNames(config).bot);
			try {
				return await core.portals.link(id, { bridge: about.bridge, target: entered.id, lane: laneOf(entered.id) });
			} catch (error) {
				await entered.leaveAgain();
				throw error;
			}
		});
		const now = await settled(core, made, terminal.signal);
		terminal.out(`${now.id} ${now.room} ${now.state}`);
		if (now.state === "waiting") terminal.err("The link becomes active when the server runs");
		else if (now.reason !== undefined) terminal.err(now.reason);
		return now.state === "degraded" || now.state === "closed" ? 1 : 0;
	},
};

/** The link once the server has made it active, or found out why it can't; as it is after a while if no server runs. */
async function settled(core: CommandCore, made: Link, signal: AbortSignal): Promise<Link> {
	for (let waited = 0; ; waited += patience.everyMs) {
		const found = (await core.portals.ofChannel(made.channel)).find(({ id }) => id === made.id);
		const now = found ?? { ...made, state: "closed" as const };
		const isOld = now.state === made.state && now.reason === made.reason;
		if ((now.state !== "waiting" && !isOld) || now.state === "active") return now;
		if (waited >= patience.totalMs || signal.aborted) return now;
		await pause(patience.everyMs);
	}
}
