import { type Account, type Bridge, type BridgeHost, createGate } from "#bridge-kit";
import type { Ghosts } from "./ghosts.ts";
import { HomeserverError } from "./homeserver.ts";
import type { Members } from "./rooms/members.ts";
import type { RemovedGhosts } from "./rooms/removed-ghosts.ts";

/** How many ghosts are registered and join at the same time. */
const width = 8;

/** Registers ghosts and lets them join ahead of their first message, several at a time. */
export function createIntroductions(
	{ about, portals }: Pick<BridgeHost, "about" | "portals">,
	{ ghosts, members, removed }: { readonly ghosts: Ghosts; readonly members: Members; readonly removed: RemovedGhosts },
): NonNullable<Bridge["introduction"]> {
	const gate = createGate({ width });

	const isActive = async (room: string): Promise<boolean> => (await portals.byRoom(room))?.state === "active";

	async function bringIn(account: Account, room: string): Promise<void> {
		const ghost = ghosts.userOf(account);
		// Both may have changed while it waited for its turn.
		if (members.isKnown(room, ghost) || (await removed.has(room, ghost))) return;
		if (!(await isActive(room))) return;
		try {
			await ghosts.ensure(account);
			await members.join(room, ghost, async () => !(await removed.check(room, ghost)));
			// The link may have ended, and all other ghosts have left, while this one came.
			if (!(await isActive(room))) await members.leave(room, ghost);
		} catch (error) {
			// The delivery will find out what it means.
			if (!(error instanceof HomeserverError)) throw error;
		}
	}

	return {
		isNeeded: (account, { target }) =>
			account.deletedAt === undefined &&
			account.origin?.bridge !== about.bridge &&
			!members.isKnown(target, ghosts.userOf(account)),
		introduce: (account, { target }) => gate.run(() => bringIn(account, target)),
	};
}
