import type { FoldTable } from "../../events/folds.ts";
import type { Portal } from "../../model/portal.ts";
import type { Fold } from "../../ports/store.ts";
import { audienceFold } from "../audience.ts";
import type { PortalEvents } from "./events.ts";
import { portals } from "./portal.ts";

/** The folds of portal events into the link and the audience of its channel. */
export const portalFolds: FoldTable<PortalEvents> = {
	// The operator may repeat a link that exists in order to consent on behalf of the room.
	"portal.linked": ({ body, at }) => [
		{
			collection: portals,
			id: body.portal.id,
			next: (now: Portal | undefined) => now ?? { ...body.portal, createdAt: at },
		},
	],
	"portal.changed": ({ body, at }) => {
		const isActive = body.state === "active";
		const list: Fold[] = [
			{
				collection: portals,
				id: body.portal,
				next: (now: Portal | undefined) => {
					if (now === undefined) return undefined;
					const { reason: _, ...rest } = now;
					return {
						...rest,
						state: body.state,
						...(body.reason === undefined ? {} : { reason: body.reason }),
						...(body.moderation === undefined ? {} : { moderation: body.moderation }),
						...(isActive && !body.wasActive ? { activations: (now.activations ?? 0) + 1 } : {}),
					};
				},
			},
		];
		if (isActive !== body.wasActive) list.push(audienceFold(body.channel, body.reach, isActive ? 1 : -1, at));
		return list;
	},
	"portal.unlinked": ({ body, at }) => {
		const list: Fold[] = [
			{
				collection: portals,
				id: body.portal,
				next: (now: Portal | undefined) => (now === undefined ? undefined : { ...now, state: "closed" }),
			},
		];
		if (body.wasActive) list.push(audienceFold(body.channel, body.reach, -1, at));
		return list;
	},
};
