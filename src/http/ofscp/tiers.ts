import { tierIds, tiers } from "#core/model/tier.ts";
import { ok, route } from "../base/route.ts";

/** OFSCP §10.1; the checklist of its §11 calls the same list `/tiers`. */
export const tierRoutes = () =>
	["/api/tiers", "/tiers"].map((path) =>
		route("GET", path, "none", "read", {}, async () =>
			ok({ tiers: tierIds.map((id) => tiers[id]) }, { "Cache-Control": "public, max-age=3600" }),
		),
	);
