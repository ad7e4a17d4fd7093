import { z } from "zod";
import {
	changePrivateData,
	checkSettings,
	type Privacy,
	privateDataOf,
	profileAudiences,
} from "#core/accounts/private-data.ts";
import { withoutUndefined } from "../base/absent.ts";
import { json, ok } from "../base/answers.ts";
import { ignoring } from "../base/ignored.ts";
import { operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";

export const wireSettings = z
	.record(z.string(), z.unknown())
	.meta({ id: "Settings", description: "Settings that clients store for their user, under keys that they choose." });
export const wirePrivacy = z
	.strictObject({ presence: z.enum(profileAudiences), groups: z.enum(profileAudiences) })
	.meta({ id: "Privacy", description: "Who may see which part of a profile." });

/** Changes to the privacy; absent members stay as they are. */
export const privacyChange = z
	.strictObject({ presence: z.enum(profileAudiences), groups: z.enum(profileAudiences), ...ignoring("metadata") })
	.partial();

/** The privacy after a change. */
export const changedPrivacy = (now: Privacy, { presence, groups }: z.output<typeof privacyChange>): Privacy => ({
	...now,
	...withoutUndefined({ presence, groups }),
});

const reading = operation("getSettings", "Get your settings", { answers: { 200: json(wireSettings) } });
const replacing = operation("putSettings", "Replace your settings", {
	body: z.record(z.string().max(100), z.unknown()),
	answers: { 200: json(wireSettings) },
});
const readingPrivacy = operation("getPrivacy", "Get who may see which part of your profile", {
	answers: { 200: json(wirePrivacy) },
});
const changingPrivacy = operation("putPrivacy", "Set who may see which part of your profile", {
	body: privacyChange,
	answers: { 200: json(wirePrivacy) },
});

/** Private data of an account (OFSCP §5.1). */
export const settingsRoutes = ({ context }: Services) => [
	route("GET", "/api/me/settings", "member", "read", reading, async ({ account }) =>
		ok((await privateDataOf(context, account.id)).settings),
	),
	route("PUT", "/api/me/settings", "member", "manage", replacing, async ({ account, body }) => {
		checkSettings(body);
		await changePrivateData(context, account.id, (now) => ({ ...now, settings: body }));
		return ok(body);
	}),
	route("GET", "/api/me/privacy", "member", "read", readingPrivacy, async ({ account }) =>
		ok((await privateDataOf(context, account.id)).privacy),
	),
	route("PUT", "/api/me/privacy", "member", "manage", changingPrivacy, async ({ account, body }) => {
		const { privacy } = await changePrivateData(context, account.id, (now) => ({
			...now,
			privacy: changedPrivacy(now.privacy, body),
		}));
		return ok(privacy);
	}),
];
