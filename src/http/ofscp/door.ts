import type { Door } from "../base/door.ts";
import type { Services } from "../base/services.ts";
import { tableDoor } from "../base/table-door.ts";
import type { RateLimits } from "../middleware/rate-limits.ts";
import { runRoute } from "../middleware/run-route.ts";
import { ofscpRoutes } from "./routes.ts";

/** The API. */
export const ofscpDoor = (services: Services, rates: RateLimits): Door =>
	tableDoor(
		"OFSCP",
		"api",
		ofscpRoutes(services).map((line) => ({
			method: line.method,
			path: line.path,
			answer: runRoute(line, services, rates),
		})),
	);
