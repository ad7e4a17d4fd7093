import type { FoldTable } from "../events/folds.ts";
import { channels, withKind } from "./channel.ts";
import type { GroupEvents } from "./events.ts";
import { groups } from "./group.ts";

/** The folds of group events into groups and channels. */
export const groupFolds: FoldTable<GroupEvents> = {
	"group.created": ({ body, at }) => [
		{
			collection: groups,
			id: body.group.id,
			fresh: true,
			next: () => ({ ...body.group, createdAt: at, updatedAt: at }),
		},
	],
	"channel.created": ({ body, at }) => [
		{
			collection: channels,
			id: body.channel.id,
			fresh: true,
			next: () => ({ ...withKind(body.channel), createdAt: at, updatedAt: at }),
		},
	],
};
