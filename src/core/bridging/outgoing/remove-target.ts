import { accountById } from "../../accounts/find-account.ts";
import type { CoreContext } from "../../events/context.ts";
import { memberships, targetKey } from "../../groups/membership.ts";
import { changeMembership } from "../../groups/membership-change.ts";
import type { Reach } from "../../model/reach.ts";
import { changePortal } from "../portals/change-portal.ts";
import { portalByRoom } from "../portals/find-portal.ts";

/**
 * Ends all memberships behind a target that no longer exists (410), so that nothing more is delivered there.
 *
 * @returns how many memberships were ended
 */
export async function removeTarget(context: CoreContext, reach: Reach): Promise<number> {
	const portal = await portalByRoom(context, reach.bridge, reach.target);
	if (portal !== undefined) await changePortal(context, portal.id, "degraded", "the room can no longer be reached");
	for (let all = 0; ; ) {
		let ended = 0;
		const page = await context.store.page(memberships, {
			index: "target",
			prefix: [targetKey(reach)],
			order: "asc",
			limit: 200,
		});
		for (const { doc } of page) {
			const account = await accountById(context, doc.account);
			if (account === undefined) continue;
			const { changed } = await changeMembership(
				context,
				doc.place,
				account,
				(now) => (now?.reach?.target === reach.target ? { state: "left" } : undefined),
				{ origin: reach.bridge },
			);
			if (changed) ended++;
		}
		if (ended === 0) return all;
		all += ended;
	}
}
