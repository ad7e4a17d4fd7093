import type { ChannelId } from "#core/ids.ts";
import type { Channel } from "#core/model/channel.ts";
import type { Portal } from "#core/model/portal.ts";
import type { Reach } from "#core/model/reach.ts";
import type { HostAbout } from "#core/ports/bridge/about.ts";
import type { HostPeople } from "#core/ports/bridge/people.ts";

/** The parts of the process that a command may use. */
export interface Terminal {
	/** Prints the command's result. */
	out(line: string): void;
	/** Prints everything else that the operator should read. */
	err(line: string): void;
	readonly stdin: NodeJS.ReadableStream;
	/** Aborts when the process is asked to stop. */
	readonly signal: AbortSignal;
}

/** The command line is invalid: exit code 2. */
export class Usage extends Error {
	constructor(message: string) {
		super(message);
		this.name = "Usage";
	}
}

/** The core for a bridge's command: it works beside a running server and has the operator's permissions. */
export interface CommandCore extends AsyncDisposable {
	readonly people: HostPeople;
	/** Finds a channel, even one that is not public. */
	channel(id: ChannelId): Promise<Channel | undefined>;
	readonly portals: {
		/** Lists all open links to rooms of this bridge, oldest first. */
		all(): Promise<readonly Portal[]>;
		/** Lists the open links of a channel to rooms of this bridge. */
		ofChannel(channel: ChannelId): Promise<readonly Portal[]>;
		/** Links a channel to a room on behalf of the group's owner, with the consent of the room's side implied. @throws {Conflict} */
		link(channel: ChannelId, reach: Reach): Promise<Portal>;
		/** Ends a link on behalf of the group's owner. */
		unlink(portal: Portal): Promise<void>;
	};
}

/** What a bridge's command receives when it runs. */
export interface CommandContext<Config> {
	readonly about: Pick<HostAbout, "bridge" | "origin" | "domain">;
	/** The bridge's validated section of the configuration; the bridge need not be enabled. */
	readonly config: Config;
	readonly terminal: Terminal;
	openCore(): Promise<CommandCore>;
}

/** A command of a bridge: `causeway <bridge> <word> …`. */
export interface BridgeCommand<Config> {
	/** The usage after the bridge's name: `link <channelId> <room>`. */
	readonly usage: string;
	readonly summary: string;
	/**
	 * @param args the arguments after the command's word
	 * @returns the exit code: 0 done, 1 failed
	 * @throws {Usage}
	 */
	run(args: readonly string[], context: CommandContext<Config>): Promise<number>;
}
