import { z } from "zod";
import { availabilities, presenceOf, setPresence } from "#core/accounts/presence.ts";
import { type Answer, type Call, ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

export const presenceBody = z.object({
	availability: z.enum(availabilities),
	status: z
		.string()
		.trim()
		.max(200)
		.refine((text) => !/\p{Control}/u.test(text), "text on one line")
		.default(""),
});

/** What somebody says of whether they are there (OFSCP §5.1). */
export const presenceRoutes = ({ world }: Services) => [
	route("GET", "/api/me/presence", "member", "read", {}, async ({ account }) =>
		ok(await presenceOf(world, account.id)),
	),
	route(
		"PUT",
		"/api/me/presence",
		"member",
		"post",
		{ body: presenceBody },
		async ({ account, body }: Call<unknown, z.output<typeof presenceBody>>): Promise<Answer> => {
			await setPresence(world, account.id, body);
			return ok(body);
		},
	),
];
