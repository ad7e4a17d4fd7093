import type { Middleware } from "koa";
import { MethodNotAllowed, NotFound } from "#core/errors.ts";
import { segmentOf } from "./dispatch.ts";
import type { Door } from "./door.ts";
import type { BudgetName } from "./limits.ts";
import { Router } from "./required.ts";

/** Handles one method of one path. `GET` handles `HEAD` as well. */
export interface Endpoint {
	readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
	/** Matches whole paths: `/api/groups/:g`. */
	readonly path: string;
	readonly answer: Middleware;
}

/**
 * A door made of a table. A path under its segments that is not in the table gets 404, and a method that the table does not
 * list for a path gets 405. The table is searched in order, so the most frequent requests should come first.
 */
export function tableDoor(name: string, budget: BudgetName | "first", table: readonly Endpoint[]): Door {
	const answers = new Map<string, Middleware>();
	for (const [segment, lines] of Map.groupBy(table, ({ path }) => segmentOf(path)))
		answers.set(segment, answerFrom(lines));
	return {
		name,
		owns: [...answers.keys()],
		answer: (ctx, next) => answers.get(segmentOf(ctx.path))?.(ctx, next),
		budgetOf: () => budget,
	};
}

function answerFrom(lines: readonly Endpoint[]): Middleware {
	// Letter case and a trailing slash are significant, because an Idempotency-Key applies to one exact path.
	const router = new Router({ sensitive: true, strict: true });
	for (const { method, path, answer } of lines) router.register(path, [method], answer);
	const routes = router.routes() as unknown as Middleware;
	return (ctx) =>
		routes(ctx, async () => {
			const { matched = [] } = ctx as unknown as {
				readonly matched?: readonly { readonly methods: readonly string[] }[];
			};
			if (matched.length === 0) throw new NotFound();
			throw new MethodNotAllowed([...new Set(matched.flatMap(({ methods }) => methods))].join(", "));
		});
}
