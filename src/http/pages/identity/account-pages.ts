import type { PageRoute } from "../page-routes.ts";
import type { PageServices } from "../services.ts";
import { appsRoutes } from "./apps-steps.ts";
import { profileRoutes } from "./profile-steps.ts";
import { securityRoutes } from "./security-steps.ts";

/** `/account` and the pages below it. */
export const accountRoutes = (services: PageServices): readonly PageRoute[] => [
	...profileRoutes(services),
	...securityRoutes(services),
	...appsRoutes(services),
];
