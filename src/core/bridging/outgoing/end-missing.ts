import { accountById } from "../../accounts/find-account.ts";
import type { CoreContext } from "../../events/context.ts";
import { membershipId, memberships, targetKey } from "../../groups/membership.ts";
import { changeMembership } from "../../groups/membership-change.ts";
import type { Account } from "../../model/account.ts";
import type { Reach } from "../../model/reach.ts";
import type { Bridge } from "../../ports/bridge/bridge.ts";

/** For how long a target has to be missing before its people are asked about, if deliveries are not given up earlier. */
export const missingMs = 2 * 86_400_000;

const pageSize = 100;

/**
 * Ends the memberships behind a target that has been missing for days, but only those of people whose own server says that they no longer
 * exist (design §3.4). Stops when the server gives no clear answer.
 *
 * @returns how many memberships were ended
 */
export async function endMissing(
	context: CoreContext,
	bridge: Bridge | undefined,
	reach: Reach,
	signal: AbortSignal,
): Promise<number> {
	const isGone = bridge?.resolvers.isGone;
	if (isGone === undefined || isGone === "unsupported") return 0;
	const answers = new Map<Account["id"], boolean>();
	let ended = 0;
	for (let after: readonly [string, string] | undefined; ; ) {
		const page = await context.store.page(memberships, {
			index: "target",
			prefix: [targetKey(reach)],
			order: "asc",
			limit: pageSize,
			...(after === undefined ? {} : { after }),
		});
		for (const { doc } of page) {
			const account = await accountById(context, doc.account);
			if (account?.origin === undefined || signal.aborted) continue;
			const known = answers.get(account.id);
			const gone = known ?? (await clearAnswer(context, isGone, account.origin.id));
			if (gone === undefined) return ended;
			answers.set(account.id, gone);
			if (!gone) continue;
			const { changed } = await changeMembership(
				context,
				doc.place,
				account,
				(now) => (now?.reach?.target === reach.target && now.state === "joined" ? { state: "left" } : undefined),
				{ origin: reach.bridge },
			);
			if (changed) ended++;
		}
		const last = page.at(-1);
		if (last === undefined || page.length < pageSize) return ended;
		after = [targetKey(reach), membershipId(last.doc.place, last.doc.account)];
	}
}

/** Whether a person is gone; `undefined` if their server can't be asked now. */
async function clearAnswer(
	{ logger }: Pick<CoreContext, "logger">,
	isGone: (person: string) => Promise<boolean>,
	person: string,
): Promise<boolean | undefined> {
	try {
		return await isGone(person);
	} catch (error) {
		logger.info({ err: error, person }, "A server can't be asked whether a person still exists");
		return undefined;
	}
}
