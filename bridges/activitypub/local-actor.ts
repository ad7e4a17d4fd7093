import type { BridgeHost } from "#bridge-kit";
import { hasActor } from "./actors.ts";
import type { Ids, LocalActor } from "./ids.ts";

/** What is needed to find one of our actors by a name that we publish. */
export interface ActorNames {
	readonly ids: Ids;
	readonly host: Pick<BridgeHost, "about" | "people" | "messages">;
}

const addressShape = /^(?:acct:)?@?([^@\s/?#:]+)@([^@\s/?#]+)$/;

/**
 * One of our actors by anything that we publish for it: its id, the URL of its page, or its address with or without `acct:`. Only an id
 * is understood without a look-up.
 */
export async function localActorOf({ ids, host }: ActorNames, name: string): Promise<LocalActor | undefined> {
	const actor = ids.parseActor(name);
	if (actor !== undefined) return actor;
	const page = ids.parsePage(name);
	if (page?.kind === "channel") return channelNamed(host, page.handle);
	if (page?.kind === "account") return accountNamed(host, page.handle);
	const [, handle, domain] = addressShape.exec(name) ?? [];
	if (handle === undefined || domain?.toLowerCase() !== host.about.domain) return undefined;
	return (await accountNamed(host, handle)) ?? channelNamed(host, handle);
}

async function accountNamed(host: ActorNames["host"], handle: string): Promise<LocalActor | undefined> {
	const account = await host.people.byHandle(handle.toLowerCase(), host.about.domain);
	return account === undefined || !hasActor(host, account) ? undefined : { kind: "account", account: account.id };
}

async function channelNamed(host: ActorNames["host"], handle: string): Promise<LocalActor | undefined> {
	const found = await host.messages.openChannelByHandle(handle.toLowerCase());
	return found === undefined ? undefined : { kind: "channel", channel: found.channel.id };
}
