import { z } from "zod";
import { emailFault, emailsOf, giveEmail } from "#core/accounts/email.ts";
import { presenceOf, setPresence } from "#core/accounts/presence.ts";
import { changePrivateData, checkSettings, privateDataOf } from "#core/accounts/private-data.ts";
import { checkProfile } from "#core/accounts/profile-rules.ts";
import { deleteAccount } from "#core/erasure/delete-account.ts";
import { InvalidRequest, PreconditionFailed } from "#core/errors.ts";
import { changeProfile, isLocked } from "#core/groups/change-profile.ts";
import { groupsOf } from "#core/groups/joined-places.ts";
import { confirmPassword } from "#core/identity/change-password.ts";
import { sendEmailLink } from "#core/identity/email-links.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import type { Account } from "#core/model/account.ts";
import { empty, json, noContent, ok, type Wire } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { etagOf } from "../base/conditional.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { time, timeOf } from "../base/time.ts";
import { channelId, groupId } from "./ids.ts";
import { presenceBody, wirePresence } from "./presence.ts";
import { presentProfile, wireProfile } from "./present-profile.ts";
import { changesOf, profileChange } from "./profile-change.ts";
import { changedPrivacy, privacyChange, wirePrivacy, wireSettings } from "./settings.ts";

/** Changes to an account; absent fields stay unchanged. What the provider sets is ignored, so a client may send back a whole account. */
const change = profileChange.extend({
	email: z
		.string()
		.refine((email) => emailFault(email) === undefined, "an e-mail address, or null for none")
		.nullable()
		.optional(),
	/** Required to change the e-mail address, because a recovery link sent there can set a new password. */
	password: z.string().max(1024).optional(),
	/** Merged key by key (RFC 7396): `null` removes a key. */
	settings: z.record(z.string().max(100), z.unknown()).optional(),
	presence: presenceBody.optional(),
	privacy: privacyChange.optional(),
});

/** The whole account of OFSCP §5.1, which only its owner sees. */
const wireAccount = wireProfile
	.extend({
		locked: z.boolean(),
		email: z.string().optional(),
		emailProven: z
			.boolean()
			.optional()
			.meta({ description: "Whether the link that was sent to `email` was opened. Until then it does not count." }),
		presence: wirePresence,
		privacy: wirePrivacy,
		groups: z.array(z.string()),
		settings: wireSettings,
		notificationEndpoints: z.array(z.never()),
		timeline: z.strictObject({ group: groupId, channel: channelId }),
		followers: z
			.strictObject({ group: groupId, channel: channelId })
			.optional()
			.meta({ description: "The channel that only your followers can read." }),
		createdAt: time,
	})
	.meta({ id: "Account", description: "Your account, including its private data." });

const reading = operation("getMe", "Get your account", { answers: { 200: json(wireAccount, "ETag") } });
const changing = operation("changeMe", "Change your account", {
	body: change,
	reads: ["If-Match"],
	answers: { 200: json(wireAccount, "ETag") },
	errors: ["precondition_failed", "wrong_password"],
});
const deleting = operation("deleteMe", "Delete your account and everything that it posted", {
	body: z.strictObject({ password: z.string().max(1024) }),
	answers: { 204: empty() },
	errors: ["wrong_password"],
});

export const meRoutes = (services: Services) => [
	route("GET", "/api/me", "member", "read", reading, (call) => me(services, call.account)),
	route("PATCH", "/api/me", "member", "manage", changing, (call) => changeMe(services, call)),
	route("DELETE", "/api/me", "member", "manage", deleting, (call) => leaveForEver(services, call)),
];

async function me(services: Services, account: Account): Promise<AnswerOf<typeof reading>> {
	const { context } = services;
	const [own, half, emails, presence, locked] = await Promise.all([
		groupsOf(context, account),
		privateDataOf(context, account.id),
		emailsOf(context, account.id),
		presenceOf(context, account.id),
		isLocked(context, account),
	]);
	const body: Wire<typeof wireAccount> = {
		...presentProfile(services, account),
		locked,
		...(emails.given === undefined ? {} : { email: emails.given, emailProven: emails.given === emails.proven }),
		presence,
		privacy: half.privacy,
		groups: own.map(({ group }) => `${context.origin}/api/groups/${group.id}`),
		settings: half.settings,
		notificationEndpoints: [],
		timeline: { group: account.group, channel: account.timeline },
		...(account.followers === undefined ? {} : { followers: { group: account.group, channel: account.followers } }),
		createdAt: timeOf(account.createdAt),
		// Covers the public and private data; other people only see the time of public changes.
		updatedAt: timeOf(Math.max(account.updatedAt, half.updatedAt)),
	};
	return ok(body, { ETag: etagOf(body) });
}

/** All fields are validated before any is changed. The e-mail address comes first, since its change can still be rejected. */
async function changeMe(services: Services, call: CallOf<typeof changing>): Promise<AnswerOf<typeof changing>> {
	const { context } = services;
	const { account, body } = call;
	const { email, password, settings, presence, privacy } = body;
	await assertUnchanged(services, call);
	if (settings !== undefined) checkSettings(merged((await privateDataOf(context, account.id)).settings, settings));
	const wish = changesOf(body);
	checkProfile(wish);
	if (email !== undefined) await changeEmail(context, call, email ?? undefined, password);
	if (settings !== undefined)
		await changePrivateData(context, account.id, (now) => ({ ...now, settings: merged(now.settings, settings) }));
	if (privacy !== undefined)
		await changePrivateData(context, account.id, (now) => ({
			...now,
			privacy: changedPrivacy(now.privacy, privacy),
		}));
	if (presence !== undefined)
		await setPresence(context, account.id, { availability: presence.availability, status: presence.status });
	return me(services, await changeProfile(context, account, wish));
}

/** An access token alone must not be enough to hijack an account. @throws {PermissionDenied} `wrong_password` */
async function changeEmail(
	context: IdentityContext,
	{ account, from }: CallOf<typeof changing>,
	email: string | undefined,
	password: string | undefined,
): Promise<void> {
	if (email === (await emailsOf(context, account.id)).given) return;
	if (password === undefined)
		throw new InvalidRequest([{ field: "/password", expected: "the password, to change the e-mail address" }]);
	await confirmPassword(context, account, { password, from });
	await giveEmail(context, account.id, email);
	await sendEmailLink(context, account, from);
}

/** @throws {PreconditionFailed} `If-Match` names another version (RFC 9110 §13.1.1) */
async function assertUnchanged(services: Services, { account, header }: Call): Promise<void> {
	const wanted = header("If-Match");
	if (wanted === undefined || wanted.trim() === "*") return;
	const { headers } = await me(services, account);
	if (!wanted.split(",").some((tag) => tag.trim() === headers.ETag)) throw new PreconditionFailed();
}

function merged(
	now: Readonly<Record<string, unknown>>,
	change: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
	return Object.fromEntries(Object.entries({ ...now, ...change }).filter(([, value]) => value !== null));
}

async function leaveForEver(
	{ context }: Services,
	{ account, body, from }: CallOf<typeof deleting>,
): Promise<AnswerOf<typeof deleting>> {
	await deleteAccount(context, account, { password: body.password, from });
	return noContent;
}
