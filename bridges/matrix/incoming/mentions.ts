import type { AccountId, BridgeHost } from "#bridge-kit";
import type { Names } from "../ids.ts";
import { isRecord, type MatrixEvent } from "./event.ts";

/** More names in one message are a flood. */
const maxMentions = 50;

/** Whether there is anybody to look for. */
export const namesSomebody = (content: MatrixEvent["content"]): boolean => usersIn(content).length > 0;

function usersIn(content: MatrixEvent["content"]): readonly unknown[] {
	const mentions = content["m.mentions"];
	return isRecord(mentions) && Array.isArray(mentions.user_ids) ? mentions.user_ids.slice(0, maxMentions) : [];
}

/** Whom of ours a message names (client-server API, "User and room mentions"): each is told of it on their own network. */
export async function mentionedIn(
	content: MatrixEvent["content"],
	host: Pick<BridgeHost, "people">,
	ownerOf: Names["ownerOf"],
): Promise<readonly AccountId[]> {
	const owners = usersIn(content).flatMap((user) => (typeof user === "string" ? (ownerOf(user) ?? []) : []));
	const accounts = await Promise.all(owners.map(({ handle, domain }) => host.people.byHandle(handle, domain)));
	const alive = accounts.filter((account) => account !== undefined && account.deletedAt === undefined);
	return [...new Set(alive.map((account) => account?.id as AccountId))];
}
