import type { Middleware } from "koa";
import type { RateLimits } from "../../middleware/rate-limits.ts";
import type { Services } from "../../services.ts";
import { answerPages } from "../page-routes.ts";
import { appsRoutes } from "./apps-steps.ts";
import { profileRoutes } from "./profile-steps.ts";
import { securityRoutes } from "./security-steps.ts";

/** `/account` and what is below it. */
export const accountPages = (services: Services, rates: RateLimits): Middleware =>
	answerPages([...profileRoutes(services), ...securityRoutes(services), ...appsRoutes(services)], services, rates);
