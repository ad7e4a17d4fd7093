import { memberships } from "../groups/membership.ts";
import { changeMembership } from "../groups/membership-change.ts";
import type { AccountId } from "../ids.ts";
import { appendDeletion } from "../messages/delete-message.ts";
import { messages } from "../messages/message.ts";
import type { World } from "../world.ts";
import { accountById } from "./find-account.ts";

/** Removes what somebody said and ends what they had joined. What is done already is skipped, so it may be begun again. */
export async function removeWhatTheySaid(world: World, id: string): Promise<void> {
	const account = await accountById(world, id as AccountId);
	if (account === undefined) return;
	for (;;) {
		const page = await world.store.page(messages, { index: "author", prefix: [id], order: "asc", limit: 200 });
		for (const { doc } of page)
			await appendDeletion(world, doc.id, {
				actor: account,
				...(account.origin === undefined ? {} : { origin: account.origin.bridge }),
			});
		if (page.length === 0) break;
	}
	for (const kind of ["chn", "grp"]) {
		for (;;) {
			const page = await world.store.page(memberships, {
				index: "account",
				prefix: [id, kind, "joined"],
				order: "asc",
				limit: 200,
			});
			for (const { doc } of page) await changeMembership(world, doc.place, account, () => ({ state: "left" }));
			if (page.length === 0) break;
		}
	}
}
