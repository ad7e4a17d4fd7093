import type Koa from "koa";
import { bridgeDoor } from "./bridges/door.ts";
import { createGate, type Gate } from "./gate.ts";
import { createRateLimits } from "./middleware/rate-limits.ts";
import { ofscpDoor } from "./ofscp/door.ts";
import { operatorsDoor } from "./operators/door.ts";
import { pagesDoor } from "./pages/door.ts";
import { problemPage } from "./pages/problem-page.ts";
import type { AppServices } from "./services.ts";
import { stackOf } from "./stack.ts";

/** The HTTP server, and the gate before it. */
export interface App {
	readonly app: Koa;
	readonly gate: Gate;
}

/** The HTTP server: the list of its doors. @throws {Error} two doors own the same paths */
export function createApp(services: AppServices): App {
	const rates = createRateLimits(services.limits);
	const asPage = problemPage(services.instance);
	const bridges = services.bridges.map((bridge) => bridgeDoor(bridge, services, rates));
	const probes = [operatorsDoor(services, rates)];
	const doors = [ofscpDoor(services, rates), services.oauth.door(rates), pagesDoor(services, rates)];
	return {
		app: stackOf(services, { bridges, probes, doors, asPage }),
		gate: createGate({ ...services, asPage }, [...bridges, ...probes, ...doors]),
	};
}
