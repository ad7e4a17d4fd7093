import { z } from "zod";
import { listTiers } from "#core/groups/tiers.ts";
import { json, ok } from "../base/answers.ts";
import { operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

const wireTier = z
	.strictObject({
		id: z.string(),
		name: z.string(),
		description: z.string(),
		rules: z.strictObject({
			read: z.enum(["anyone", "group", "channel"]),
			federate: z.boolean(),
			broadcast: z.boolean(),
			search: z.boolean(),
		}),
	})
	.meta({
		id: "Tier",
		description: "A level of visibility: who may read a channel, and whether it is federated (OFSCP §10).",
	});

const answers = { 200: json(z.strictObject({ tiers: z.array(wireTier) })) };

/** OFSCP §10.1; the checklist of its §11 calls the same list `/tiers`. */
export function tierRoutes({ context }: Services) {
	const list = async () => ok({ tiers: [...(await listTiers(context))] }, { "Cache-Control": "public, max-age=3600" });
	return [
		route("GET", "/api/tiers", "none", "read", operation("listTiers", "List the tiers of channels", { answers }), list),
		route("GET", "/tiers", "none", "read", operation("listTiersShort", "The same as /api/tiers", { answers }), list),
	];
}
