import { listTiers } from "#core/groups/tiers.ts";
import { ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

/** OFSCP §10.1; the checklist of its §11 calls the same list `/tiers`. */
export const tierRoutes = ({ world }: Services) =>
	["/api/tiers", "/tiers"].map((path) =>
		route("GET", path, "none", "read", {}, async () =>
			ok({ tiers: await listTiers(world) }, { "Cache-Control": "public, max-age=3600" }),
		),
	);
