import type { AnyRoute } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { protectedResourceRoutes } from "../oauth/protected-resource.ts";
import { authRoutes } from "./auth.ts";
import { bridgeRoutes } from "./bridges.ts";
import { deviceKeyRoutes } from "./device-keys.ts";
import { discoveryRoutes } from "./discovery.ts";
import { eventRoutes } from "./events.ts";
import { followRoutes } from "./follows.ts";
import { groupRoutes } from "./groups.ts";
import { homeTimelineRoutes } from "./home-timeline.ts";
import { identityRoutes } from "./identity.ts";
import { joinRequestRoutes } from "./join-requests.ts";
import { meRoutes } from "./me.ts";
import { memberRoutes } from "./members.ts";
import { messageRoutes } from "./messages.ts";
import { metadataRoutes } from "./metadata.ts";
import { openApiRoutes } from "./openapi.ts";
import { presenceRoutes } from "./presence.ts";
import { reactionRoutes } from "./reactions.ts";
import { sessionRoutes } from "./sessions.ts";
import { settingsRoutes } from "./settings.ts";
import { shortGroupRoutes } from "./short-group.ts";
import { tierRoutes } from "./tiers.ts";
import { typingRoutes } from "./typing.ts";
import { userKeyRoutes } from "./user-keys.ts";
import { userRoutes } from "./users.ts";

/** The whole of OFSCP; what is asked for most comes first in its segment. */
export function ofscpRoutes(services: Services): readonly AnyRoute[] {
	const table = [
		...messageRoutes(services),
		...reactionRoutes(services),
		...typingRoutes(services),
		...groupRoutes(services),
		...memberRoutes(services),
		...joinRequestRoutes(services),
		...bridgeRoutes(services),
		...homeTimelineRoutes(services),
		...meRoutes(services),
		...eventRoutes(services),
		...presenceRoutes(services),
		...settingsRoutes(services),
		...sessionRoutes(services),
		...userRoutes(services),
		...followRoutes(services),
		...shortGroupRoutes(),
		...tierRoutes(services),
		...metadataRoutes(services),
		...discoveryRoutes(services),
		...protectedResourceRoutes(services),
		...authRoutes(services),
		...deviceKeyRoutes(services),
		...userKeyRoutes(services),
		...identityRoutes(services),
	];
	return [...table, ...openApiRoutes(table, services)];
}
