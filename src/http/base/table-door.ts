import Router from "@koa/router";
import type { Middleware } from "koa";
import { MethodNotAllowed, NotFound } from "#core/errors.ts";
import { segmentOf } from "./dispatch.ts";
import type { Door } from "./door.ts";

/** What answers one method of one path. `GET` answers `HEAD` too. */
export interface Endpoint {
	readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
	/** Matched whole: `/api/groups/:g`. */
	readonly path: string;
	readonly answer: Middleware;
}

/**
 * A door that is a table. A path below one of its segments that is in no line of the table is answered with 404, another
 * method than the table has for a path with 405. What is asked for most should come first: a table is searched in its order.
 */
export function tableDoor(name: string, table: readonly Endpoint[]): Door {
	const answers = new Map<string, Middleware>();
	for (const [segment, lines] of Map.groupBy(table, ({ path }) => segmentOf(path)))
		answers.set(segment, answerFrom(lines));
	return {
		name,
		owns: [...answers.keys()],
		answer: (ctx, next) => answers.get(segmentOf(ctx.path))?.(ctx, next),
	};
}

function answerFrom(lines: readonly Endpoint[]): Middleware {
	// Neither letter case nor a slash at the end makes two addresses of one: an Idempotency-Key counts for one address.
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
