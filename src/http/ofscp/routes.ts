import type { AnyRoute } from "../route.ts";
import type { Services } from "../services.ts";
import { bridgeRoutes } from "./bridges.ts";
import { discoveryRoutes } from "./discovery.ts";
import { followRoutes } from "./follows.ts";
import { groupRoutes } from "./groups.ts";
import { meRoutes } from "./me.ts";
import { memberRoutes } from "./members.ts";
import { messageRoutes } from "./messages.ts";
import { metadataRoutes } from "./metadata.ts";
import { openApiRoutes } from "./openapi.ts";
import { reactionRoutes } from "./reactions.ts";
import { tierRoutes } from "./tiers.ts";
import { typingRoutes } from "./typing.ts";

/** The whole of OFSCP but for the stream of events; what is asked for most comes first in its segment. */
export function ofscpRoutes(services: Services): readonly AnyRoute[] {
	const table = [
		...messageRoutes(services),
		...reactionRoutes(services),
		...typingRoutes(services),
		...groupRoutes(services),
		...memberRoutes(services),
		...bridgeRoutes(services),
		...meRoutes(services),
		...followRoutes(services),
		...tierRoutes(),
		...metadataRoutes(services),
		...discoveryRoutes(services),
	];
	return [...table, ...openApiRoutes(table, services)];
}
