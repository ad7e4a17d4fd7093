import { NotFound } from "#core/errors.ts";
import { parseId } from "#core/ids.ts";
import { empty } from "../base/answers.ts";
import { operation } from "../base/operation.ts";
import { route } from "../base/route.ts";

const leading = operation("findGroup", "Find the API's address of a group by its short address", {
	answers: { 308: empty("Location") },
});

/** The address by which OFSCP §5.1 names a group, `/grp_…`; it redirects whether or not there is such a group. */
export const shortGroupRoutes = () => [
	route("GET", "/grp_:rest", "none", "read", leading, async ({ params }) => {
		const id = parseId("grp", `grp_${params.rest}`);
		if (id === undefined) throw new NotFound();
		return { status: 308, headers: { Location: `/api/groups/${id}` } };
	}),
];
