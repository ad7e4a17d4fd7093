import type { Door } from "../base/door.ts";
import { tableDoor } from "../base/table-door.ts";
import type { RateLimits } from "../middleware/rate-limits.ts";
import { assetEndpoints } from "../page-kit/assets.ts";
import { accountRoutes } from "./identity/account-pages.ts";
import { entranceRoutes } from "./identity/entrance-pages.ts";
import { interactionRoutes } from "./identity/interaction-pages.ts";
import { recoveryRoutes } from "./identity/recovery-steps.ts";
import { openPages } from "./open-pages.ts";
import { pageEndpoints } from "./page-routes.ts";
import type { PageServices } from "./services.ts";

/** Pages for people: what is open here, the way in, one's own account, and what is asked while a client waits. */
export const pagesDoor = (services: PageServices, rates: RateLimits): Door =>
	tableDoor("pages", [
		...openPages(services, rates),
		...assetEndpoints,
		...pageEndpoints(
			[
				...entranceRoutes(services),
				...recoveryRoutes(services),
				...accountRoutes(services),
				...interactionRoutes(services),
			],
			services,
			rates,
		),
	]);
