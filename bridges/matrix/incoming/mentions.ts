import type { AccountId, BridgeHost } from "#bridge-kit";
import type { Names } from "../ids.ts";
import { isRecord, type MatrixEvent } from "./event.ts";

/** Further mentions in one message are ignored. */
const maxMentions = 50;

/** Whether a message mentions any users. */
export const mentionsUsers = (content: MatrixEvent["content"]): boolean => usersIn(content).length > 0;

function usersIn(content: MatrixEvent["content"]): readonly unknown[] {
	const mentions = content["m.mentions"];
	return isRecord(mentions) && Array.isArray(mentions.user_ids) ? mentions.user_ids.slice(0, maxMentions) : [];
}

/** The accounts whose ghosts a message mentions (client-server API, "User and room mentions"). */
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
