import { type CommandContext, SetupError } from "#bridge-kit";
import { askHomeserver } from "./commands/ask-homeserver.ts";
import type { MatrixConfig } from "./config.ts";
import { type Homeserver, HomeserverError, segment } from "./homeserver.ts";
import { createNames } from "./ids.ts";
import { readRegistration } from "./registration.ts";

/**
 * What the homeserver says about the bridge now, and which links do not work, in lines for the operator (`causeway doctor`).
 */
export async function diagnose({ config, openCore }: CommandContext<MatrixConfig>): Promise<readonly string[]> {
	return [...(await connection(config)), ...(await linksIn(openCore))];
}

async function connection(config: MatrixConfig): Promise<readonly string[]> {
	try {
		return await askHomeserver(config, async (homeserver) => [
			await identity(homeserver, config),
			await reachability(homeserver, config),
		]);
	} catch (error) {
		if (error instanceof SetupError) return [error.message];
		throw error;
	}
}

async function identity(homeserver: Homeserver, config: MatrixConfig): Promise<string> {
	const { bot } = createNames(config);
	const { user_id: user } = await homeserver.request("GET", "/account/whoami", { timeoutMs: 10_000 });
	return user === bot
		? `connected to ${config.homeserverUrl} as ${bot}`
		: `the homeserver at ${config.homeserverUrl} knows us as ${JSON.stringify(user)}, not as ${bot}: serverName or prefix differs from its registration file`;
}

/** Asks the homeserver to ping the running server (AS v1.19, "Pinging"). */
async function reachability(homeserver: Homeserver, config: MatrixConfig): Promise<string> {
	const { id, url } = readRegistration(config.registration, config.prefix);
	try {
		await homeserver.request("POST", `/appservice/${segment(id)}/ping`, { version: "v1", timeoutMs: 10_000 });
		return `the homeserver reaches us at ${url}`;
	} catch (error) {
		if (!(error instanceof HomeserverError)) throw error;
		if (error.errcode === "M_UNRECOGNIZED") return "the homeserver can't be asked whether it reaches us";
		return `the homeserver can't reach us at ${url}: is the server running, and is that its address? (${error.message.replaceAll(/\s+/g, " ")})`;
	}
}

async function linksIn(openCore: CommandContext<MatrixConfig>["openCore"]): Promise<readonly string[]> {
	await using core = await openCore();
	const links = await core.portals.all();
	const active = links.filter(({ state }) => state === "active").length;
	const others = links.filter(({ state }) => state !== "active");
	return [
		`${active} of ${links.length} ${links.length === 1 ? "link" : "links"} active`,
		...others.map(
			({ channel, room, state, reason }) =>
				`${channel} and ${room}: ${state}${reason === undefined ? "" : `, ${reason}`}`,
		),
	];
}
