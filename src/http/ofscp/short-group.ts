import { NotFound } from "#core/errors.ts";
import { parseId } from "#core/ids.ts";
import { route } from "../base/route.ts";

/** The address by which OFSCP §5.1 names a group, `/grp_…`, leads to the one where it is, whether or not there is such a group. */
export const shortGroupRoutes = () => [
	route("GET", "/grp_:g", "none", "read", { answers: [308] }, async ({ params }) => {
		const id = parseId("grp", `grp_${params.g}`);
		if (id === undefined) throw new NotFound();
		return { status: 308, headers: { Location: `/api/groups/${id}` } };
	}),
];
