import type { AccountEvents } from "../accounts/events.ts";
import type { FoldTable } from "../events/folds.ts";
import type { Group } from "../model/group.ts";
import type { Fold } from "../ports/store.ts";
import { channels } from "./channel.ts";
import { groups } from "./group.ts";

/** What the events of an account do to its personal group and that group's channels: they are in the account's own stream. */
export const personalGroupFolds: FoldTable<Pick<AccountEvents, "account.created" | "account.updated">> = {
	"account.created": ({ body, at }) => {
		const dated = { createdAt: at, updatedAt: at };
		return [
			{ collection: groups, id: body.group.id, fresh: true, next: () => ({ ...body.group, ...dated }) },
			{ collection: channels, id: body.timeline.id, fresh: true, next: () => ({ ...body.timeline, ...dated }) },
		];
	},
	"account.updated": ({ body: { personal }, at }) =>
		personal === undefined
			? []
			: [
					{
						collection: groups,
						id: personal.group,
						next: (now) => (now === undefined ? undefined : { ...now, joinPolicy: personal.joinPolicy, updatedAt: at }),
					} satisfies Fold<Group>,
				],
};
