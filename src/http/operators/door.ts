import type { Door } from "../base/door.ts";
import type { Services } from "../base/services.ts";
import { tableDoor } from "../base/table-door.ts";
import { alive, measured, ready } from "./probes.ts";

/** Probes and metrics for operators and their monitoring. */
export const operatorsDoor = ({ health, metrics }: Pick<Services, "health" | "metrics">): Door =>
	tableDoor("operators", [
		{ method: "GET", path: "/healthz", answer: alive },
		{ method: "GET", path: "/readyz", answer: ready(health) },
		{ method: "GET", path: "/metrics", answer: measured(metrics) },
	]);
