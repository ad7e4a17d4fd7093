import type { Middleware } from "koa";
import { NotFound } from "#core/errors.ts";
import { parseId } from "#core/ids.ts";

/** The address by which OFSCP §5.1 names a group, `/grp_…`, leads to the one where it is, whether or not there is such a group. */
export const shortGroup: Middleware = (ctx) => {
	ctx.state.route = "GET /grp_…";
	const id = parseId("grp", ctx.path.slice(1));
	if (id === undefined) throw new NotFound();
	ctx.body = null;
	ctx.status = 308;
	ctx.set("Location", `/api/groups/${id}`);
};
