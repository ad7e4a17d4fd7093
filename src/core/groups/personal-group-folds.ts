import { accounts } from "../accounts/account.ts";
import type { AccountEvents } from "../accounts/events.ts";
import type { FoldTable } from "../events/folds.ts";
import type { Account } from "../model/account.ts";
import { isTimeline } from "../model/channel.ts";
import type { Group } from "../model/group.ts";
import type { Fold } from "../ports/store.ts";
import { channels, withKind } from "./channel.ts";
import type { GroupEvents } from "./events.ts";
import { groups } from "./group.ts";

type Events = Pick<AccountEvents, "account.created" | "account.updated"> & Pick<GroupEvents, "channel.created">;

/** The folds of an account's stream into its personal group and that group's channels. */
export const personalGroupFolds: FoldTable<Events> = {
	"account.created": ({ body, at }) => {
		const dated = { createdAt: at, updatedAt: at };
		const made = [body.timeline, body.followers].filter((channel) => channel !== undefined);
		return [
			{ collection: groups, id: body.group.id, fresh: true, next: () => ({ ...body.group, ...dated }) },
			...made.map(
				(channel): Fold => ({
					collection: channels,
					id: channel.id,
					fresh: true,
					next: () => ({ ...withKind(channel), ...dated }),
				}),
			),
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
	/** Adds the channel for followers to an account that an earlier version created without one. */
	"channel.created": ({ body }) => {
		const channel = withKind(body.channel);
		if (channel.kind === "room" || isTimeline(channel)) return [];
		return [
			{
				collection: accounts,
				id: channel.owner,
				next: (now) => (now === undefined ? undefined : { ...now, followers: channel.id }),
			} satisfies Fold<Account>,
		];
	},
};
