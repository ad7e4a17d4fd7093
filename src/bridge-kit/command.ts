import type { ChannelId } from "#core/ids.ts";
import type { Channel } from "#core/model/channel.ts";
import type { Portal } from "#core/model/portal.ts";
import type { Reach } from "#core/model/reach.ts";
import type { HostAbout } from "#core/ports/bridge/about.ts";
import type { HostPeople } from "#core/ports/bridge/people.ts";

/** What a command may touch of the process. */
export interface Terminal {
	/** The command's answer. */
	out(line: string): void;
	/** Everything else that the operator should read. */
	err(line: string): void;
	readonly stdin: NodeJS.ReadableStream;
	/** Ends when the process is asked to stop. */
	readonly signal: AbortSignal;
}

/** The command line was not understood: exit code 2. */
export class Usage extends Error {
	constructor(message: string) {
		super(message);
		this.name = "Usage";
	}
}

/** The core as a bridge's command sees it: opened beside a server that runs, and allowed what the operator is. */
export interface CommandCore extends AsyncDisposable {
	readonly people: HostPeople;
	/** A channel, even one that is not open to everyone. */
	channel(id: ChannelId): Promise<Channel | undefined>;
	readonly portals: {
		/** The open links of a channel to rooms of this bridge. */
		ofChannel(channel: ChannelId): Promise<readonly Portal[]>;
		/** Links a channel to a room in the name of the group's owner, and speaks for the room's side too. @throws {Conflict} */
		link(channel: ChannelId, reach: Reach): Promise<Portal>;
		/** Ends a link in the name of the group's owner. */
		unlink(portal: Portal): Promise<void>;
	};
	/**
	 * What a room is called on the bridge's network; `undefined`: there is no such room. Asks the network.
	 * @throws {Error} the bridge is not enabled
	 */
	resolveRoom(room: string): Promise<Reach | undefined>;
}

/** What a bridge's command is given. */
export interface CommandContext<Config> {
	readonly about: Pick<HostAbout, "bridge" | "origin" | "domain">;
	/** The bridge's section of the configuration, which has been checked; the bridge need not be enabled. */
	readonly config: Config;
	readonly terminal: Terminal;
	openCore(): Promise<CommandCore>;
}

/** A command of a bridge: `causeway <bridge> <word> …`. */
export interface BridgeCommand<Config> {
	/** What stands behind the bridge's name: `link <channelId> <room>`. */
	readonly usage: string;
	readonly summary: string;
	/**
	 * @param args what stands behind the command's word
	 * @returns the exit code: 0 done, 1 failed
	 * @throws {Usage}
	 */
	run(args: readonly string[], context: CommandContext<Config>): Promise<number>;
}
