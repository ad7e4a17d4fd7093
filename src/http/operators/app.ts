import Koa from "koa";
import type { Services } from "../base/services.ts";
import { tableDoor } from "../base/table-door.ts";
import { problems } from "../middleware/problem.ts";
import { alive, measured, ready } from "./probes.ts";

type Parts = Pick<Services, "context" | "health" | "metrics"> & { readonly token: string };

/** The application of the operators' own listener: metrics and probes, and nothing else. @param token empty: none is needed */
export function createOperatorsApp({ context, health, metrics, token }: Parts): Koa {
	const app = new Koa();
	const { answer } = tableDoor("monitoring", "first", [
		{ method: "GET", path: "/metrics", answer: measured(metrics, token === "" ? "open" : { token }) },
		{ method: "GET", path: "/healthz", answer: alive },
		{ method: "GET", path: "/readyz", answer: ready(health) },
	]);
	app.use(problems({ site: context, logger: context.logger, asPage: () => undefined }));
	app.use(answer);
	return app;
}
