import type { Middleware } from "koa";
import type { RateLimits } from "../../middleware/rate-limits.ts";
import { answerPages } from "../page-routes.ts";
import type { PageServices } from "../services.ts";
import { appsRoutes } from "./apps-steps.ts";
import { profileRoutes } from "./profile-steps.ts";
import { securityRoutes } from "./security-steps.ts";

/** `/account` and what is below it. */
export const accountPages = (services: PageServices, rates: RateLimits): Middleware =>
	answerPages([...profileRoutes(services), ...securityRoutes(services), ...appsRoutes(services)], services, rates);
