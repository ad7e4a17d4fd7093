import type { Door } from "../base/door.ts";
import { tableDoor } from "../base/table-door.ts";
import type { RateLimits } from "../middleware/rate-limits.ts";
import { assetEndpoints } from "../page-kit/assets.ts";
import { followRoutes } from "./follow-steps.ts";
import { accountRoutes } from "./identity/account-pages.ts";
import { interactionRoutes } from "./identity/interaction-pages.ts";
import { loginRoutes } from "./identity/login-routes.ts";
import { recoveryRoutes } from "./identity/recovery-steps.ts";
import { openPages } from "./open-pages.ts";
import { pageEndpoints } from "./page-routes.ts";
import type { PageServices } from "./services.ts";

/** The HTML pages: public posts and profiles, sign-in, the account, and the interactions of an authorization. */
export const pagesDoor = (services: PageServices, rates: RateLimits): Door =>
	tableDoor("pages", "pages", [
		...openPages(services, rates),
		...assetEndpoints,
		...pageEndpoints(
			[
				...loginRoutes(services),
				...recoveryRoutes(services),
				...accountRoutes(services),
				...interactionRoutes(services),
				...followRoutes(services, rates),
			],
			services,
			rates,
		),
	]);
