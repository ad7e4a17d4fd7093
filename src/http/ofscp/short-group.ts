import { NotFound } from "#core/errors.ts";
import { parseId } from "#core/ids.ts";
import { empty } from "../base/answers.ts";
import { operation } from "../base/operation.ts";
import { route } from "../base/route.ts";

const leading = operation("findGroup", "Redirect a group's short URL to its URL in the API", {
	answers: { 308: empty("Location") },
});

/** The short URL of a group in OFSCP §5.1, `/grp_…`; it redirects whether or not the group exists. */
export const shortGroupRoutes = () => [
	route("GET", "/grp_:rest", "none", "read", leading, async ({ params }) => {
		const id = parseId("grp", `grp_${params.rest}`);
		if (id === undefined) throw new NotFound();
		return { status: 308, headers: { Location: `/api/groups/${id}` } };
	}),
];
