import type { Route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { protectedResourceRoutes } from "../oauth/protected-resource.ts";
import { authRoutes } from "./auth.ts";
import { bridgeRoutes } from "./bridges.ts";
import { channelRoutes } from "./channels.ts";
import { deviceKeyRoutes } from "./device-keys.ts";
import { discoveryRoutes } from "./discovery.ts";
import { eventRoutes } from "./events.ts";
import { expulsionRoutes } from "./expulsions.ts";
import { followRoutes } from "./follows.ts";
import { groupMemberRoutes } from "./group-members.ts";
import { groupRoutes } from "./groups.ts";
import { homeTimelineRoutes } from "./home-timeline.ts";
import { identityRoutes } from "./identity.ts";
import { joinRequestRoutes } from "./join-requests.ts";
import { meRoutes } from "./me.ts";
import { memberRoutes } from "./members.ts";
import { messageListRoutes } from "./message-lists.ts";
import { messageRoutes } from "./messages.ts";
import { metadataRoutes } from "./metadata.ts";
import { openApiRoute } from "./openapi.ts";
import { ownershipRoutes } from "./ownership.ts";
import { presenceRoutes } from "./presence.ts";
import { reactionRoutes } from "./reactions.ts";
import { sessionRoutes } from "./sessions.ts";
import { settingsRoutes } from "./settings.ts";
import { shortGroupRoutes } from "./short-group.ts";
import { tierRoutes } from "./tiers.ts";
import { typingRoutes } from "./typing.ts";
import { userKeyRoutes } from "./user-keys.ts";
import { userRoutes } from "./users.ts";

/** All routes of the API by their OpenAPI tag. The most frequent requests come first in each segment. */
export function ofscpRoutes(services: Services): readonly Route[] {
	const table = {
		Messages: [
			...messageRoutes(services),
			...messageListRoutes(services),
			...reactionRoutes(services),
			...typingRoutes(services),
		],
		Groups: [
			...groupRoutes(services),
			...channelRoutes(services),
			...memberRoutes(services),
			...groupMemberRoutes(services),
			...ownershipRoutes(services),
			...joinRequestRoutes(services),
			...shortGroupRoutes(),
			...tierRoutes(services),
		],
		Bridges: [...bridgeRoutes(services), ...expulsionRoutes(services)],
		Following: [...homeTimelineRoutes(services), ...followRoutes(services)],
		Account: [
			...meRoutes(services),
			...presenceRoutes(services),
			...settingsRoutes(services),
			...sessionRoutes(services),
			...deviceKeyRoutes(services),
		],
		People: [...userRoutes(services), ...userKeyRoutes(services), ...identityRoutes(services)],
		Events: eventRoutes(services),
		Authentication: authRoutes(services),
		Discovery: [...discoveryRoutes(services), ...protectedResourceRoutes(services), ...metadataRoutes(services)],
	};
	return [...Object.values(table).flat(), openApiRoute(table, services)];
}
