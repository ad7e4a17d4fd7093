import { z } from "zod";
import { availabilities, presenceOf, setPresence } from "#core/accounts/presence.ts";
import { json, ok } from "../base/answers.ts";
import { operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

/** Whether a person says they are there (OFSCP §5.1). */
export const wirePresence = z
	.strictObject({ availability: z.enum(availabilities), status: z.string() })
	.meta({ id: "Presence", description: "Whether a person is there, and what they say about it." });

export const presenceBody = z.object({
	availability: z.enum(availabilities),
	status: z
		.string()
		.trim()
		.max(200)
		.refine((text) => !/\p{Control}/u.test(text), "text on one line")
		.default(""),
});

const reading = operation("getOwnPresence", "Get your presence", { answers: { 200: json(wirePresence) } });
const setting = operation("putOwnPresence", "Set your presence", {
	body: presenceBody,
	answers: { 200: json(wirePresence) },
});

export const presenceRoutes = ({ context }: Services) => [
	route("GET", "/api/me/presence", "member", "read", reading, async ({ account }) =>
		ok(await presenceOf(context, account.id)),
	),
	route("PUT", "/api/me/presence", "member", "post", setting, async ({ account, body }) => {
		await setPresence(context, account.id, body);
		return ok(body);
	}),
];
