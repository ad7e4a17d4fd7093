import type Koa from "koa";
import { bridgeDoor } from "./bridges/door.ts";
import { createRateLimits } from "./middleware/rate-limits.ts";
import { ofscpDoor } from "./ofscp/door.ts";
import { operatorsDoor } from "./operators/door.ts";
import { pagesDoor } from "./pages/door.ts";
import { problemPage } from "./pages/problem-page.ts";
import type { AppServices } from "./services.ts";
import { stackOf } from "./stack.ts";

/** The HTTP server: the list of its doors. @throws {Error} two doors own the same paths */
export function createApp(services: AppServices): Koa {
	const rates = createRateLimits(services.limits);
	return stackOf(services, {
		bridges: services.bridges.map((bridge) => bridgeDoor(bridge, services, rates)),
		probes: [operatorsDoor(services, rates)],
		doors: [ofscpDoor(services, rates), services.oauth.door(rates), pagesDoor(services, rates)],
		asPage: problemPage(services.instance),
	});
}
