import { z } from "zod";
import { availabilities, presenceOf, setPresence } from "#core/accounts/presence.ts";
import { json, ok } from "../base/answers.ts";
import { ignoring } from "../base/ignored.ts";
import { oneLine } from "../base/one-line.ts";
import { operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

/** A person's presence (OFSCP §5.1). */
export const wirePresence = z
	.strictObject({ availability: z.enum(availabilities), status: z.string() })
	.meta({ id: "Presence", description: "A person's availability and status text." });

export const presenceBody = z.strictObject({
	availability: z.enum(availabilities),
	status: oneLine(200, 0).default(""),
	...ignoring("metadata"),
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
		const { availability, status } = body;
		await setPresence(context, account.id, { availability, status });
		return ok({ availability, status });
	}),
];
