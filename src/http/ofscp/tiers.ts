import { z } from "zod";
import { tierIds, tiers } from "#core/groups/tiers.ts";
import { json, ok } from "../base/answers.ts";
import { operation } from "../base/operation.ts";
import { route } from "../base/route.ts";

const wireTier = z
	.strictObject({
		id: z.enum(tierIds),
		name: z.string(),
		description: z.string(),
		rules: z.strictObject({
			read: z.enum(["anyone", "group", "channel"]),
			federate: z.boolean(),
			broadcast: z.boolean(),
			search: z.boolean(),
		}),
	})
	.meta({ id: "Tier", description: "Who may read a channel, and whether it leaves the provider (OFSCP §10)." });

const answers = { 200: json(z.strictObject({ tiers: z.array(wireTier) })) };

const list = async () => ok({ tiers: tierIds.map((id) => tiers[id]) }, { "Cache-Control": "public, max-age=3600" });

/** OFSCP §10.1; the checklist of its §11 calls the same list `/tiers`. */
export const tierRoutes = () => [
	route("GET", "/api/tiers", "none", "read", operation("listTiers", "List the tiers of channels", { answers }), list),
	route("GET", "/tiers", "none", "read", operation("listTiersShort", "The same as /api/tiers", { answers }), list),
];
