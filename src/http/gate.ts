import type { IncomingMessage, ServerResponse } from "node:http";
import { segmentOf } from "./base/dispatch.ts";
import type { Door, Refusal } from "./base/door.ts";
import { overloaded } from "./base/overloaded.ts";
import { givePass } from "./base/passes.ts";
import type { Services } from "./base/services.ts";
import { turnAway } from "./base/turn-away.ts";
import { type ProblemOptions, renderProblem } from "./middleware/problem.ts";

/** Lets a request through to its answer, now or soon, or turns it away. */
export type Gate = (request: IncomingMessage, response: ServerResponse, answer: () => Promise<unknown>) => void;

type GateParts = Pick<Services, "admission" | "context"> & Pick<ProblemOptions, "asPage">;

/**
 * The gate before all middleware: each door has a budget of requests, so that a flood at one of them keeps out no others. Probes are always
 * answered at once. A path without a door counts as a page.
 */
export function createGate({ admission, context, asPage }: GateParts, doors: readonly Door[]): Gate {
	const owners = new Map(doors.flatMap((door) => door.owns.map((segment) => [segment, door] as const)));
	const problem = renderProblem(overloaded(), "", context);

	function refusalOf(request: IncomingMessage, path: string, door: Door | undefined): Refusal {
		const own = door?.refusalOf?.(request, path);
		if (own !== undefined) return own;
		const page = asPage({ path, accept: request.headers.accept ?? "" }, problem);
		return page === undefined
			? { type: "application/problem+json", body: JSON.stringify({ ...problem.body, instance: path }) }
			: { type: "text/html; charset=utf-8", body: page };
	}

	return (request, response, answer) => {
		const url = request.url ?? "";
		const query = url.indexOf("?");
		const path = query < 0 ? url : url.slice(0, query);
		const door = owners.get(segmentOf(path));
		const budget = door?.budgetOf(request) ?? "pages";
		if (budget === "first") return void answer();
		admission.submit(budget, {
			isWanted: () => !response.destroyed,
			run(pass) {
				givePass(request, pass);
				return answer();
			},
			refuse: () => turnAway(request, response, refusalOf(request, path, door)),
		});
	};
}
