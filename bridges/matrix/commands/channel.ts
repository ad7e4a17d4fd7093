import { type ChannelId, type CommandCore, parseId, SetupError, Usage } from "#bridge-kit";

/** The channel that a command names. @throws {Usage} it is no id @throws {SetupError} there is no such channel */
export async function channelNamed(core: CommandCore, text: string | undefined): Promise<ChannelId> {
	const id = parseId("chn", text ?? "");
	if (id === undefined) throw new Usage(`${text ?? "nothing"} is not a channel id (chn_…)`);
	if ((await core.channel(id)) === undefined) throw new SetupError(`There is no channel ${text}`);
	return id;
}
