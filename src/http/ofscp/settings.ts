import { z } from "zod";
import { audiences, changePrivateHalf, checkSettings, privateHalfOf } from "#core/accounts/private-half.ts";
import { type Answer, type Call, ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

const settings = z.record(z.string().max(100), z.unknown());
const privacy = z.object({ presence: z.enum(audiences), groups: z.enum(audiences) }).partial();

/** What is nobody else's (OFSCP §5.1): what clients keep for their user, and who may see which part of a profile. */
export const settingsRoutes = ({ world }: Services) => [
	route("GET", "/api/me/settings", "member", "read", {}, async ({ account }) =>
		ok((await privateHalfOf(world, account.id)).settings),
	),
	route(
		"PUT",
		"/api/me/settings",
		"member",
		"manage",
		{ body: settings },
		async ({ account, body }: Call<unknown, z.output<typeof settings>>): Promise<Answer> => {
			checkSettings(body);
			await changePrivateHalf(world, account.id, (now) => ({ ...now, settings: body }));
			return ok(body);
		},
	),
	route("GET", "/api/me/privacy", "member", "read", {}, async ({ account }) =>
		ok((await privateHalfOf(world, account.id)).privacy),
	),
	route(
		"PUT",
		"/api/me/privacy",
		"member",
		"manage",
		{ body: privacy },
		async ({ account, body: { presence, groups } }: Call<unknown, z.output<typeof privacy>>): Promise<Answer> => {
			const half = await changePrivateHalf(world, account.id, (now) => ({
				...now,
				privacy: { presence: presence ?? now.privacy.presence, groups: groups ?? now.privacy.groups },
			}));
			return ok(half.privacy);
		},
	),
];
