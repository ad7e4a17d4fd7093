import { z } from "zod";
import { NotFound } from "#core/errors.ts";
import { changePassword } from "#core/identity/change-password.ts";
import { endSession, type SessionItem, sessionKinds, sessionsOf } from "#core/identity/sessions.ts";
import { withoutUndefined } from "../base/absent.ts";
import { empty, json, noContent, ok, type Wire } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { time, timeOf } from "../base/time.ts";
import { endAll } from "./end-all.ts";
import { listOf } from "./paging.ts";

const wireSession = z
	.strictObject({
		id: z.string(),
		kind: z.enum(sessionKinds),
		client: z.string().meta({ description: "The name of the client, the token or the device." }),
		createdAt: time,
		lastUsedAt: time.optional(),
		madeBy: z
			.string()
			.optional()
			.meta({ description: "The id of the session or token that registered this device key, and with which it ends." }),
		current: z.boolean().meta({ description: "True for the session that sends this request." }),
	})
	.meta({ id: "Session", description: "A session, access token or device key of an account." });

const listing = operation("listSessions", "List your sessions, tokens and devices", {
	answers: { 200: json(listOf(wireSession)) },
});
const ending = operation("deleteSession", "Sign out a session, token or device", { answers: { 204: empty() } });
const changing = operation("changePassword", "Change your password and end all other sessions", {
	body: z.strictObject({ current: z.string().max(1024), next: z.string().max(1024), endAll: endAll.optional() }),
	answers: { 204: empty() },
	errors: ["wrong_password"],
});

/** Sessions and the password of an account (OFSCP §4.2; wire.md, "People"). */
export const sessionRoutes = (services: Services) => [
	route("GET", "/api/me/sessions", "member", "read", listing, (call) => list(services, call)),
	route("DELETE", "/api/me/sessions/:id", "member", "manage", ending, (call) => end(services, call)),
	route("PUT", "/api/me/password", "member", "manage", changing, (call) => change(services, call)),
];

async function list({ context }: Services, { account, principal }: Call): Promise<AnswerOf<typeof listing>> {
	const items = await sessionsOf(context, account, [principal.session, principal.credential]);
	return ok({ items: items.map(present), page: {} });
}

const present = ({
	id,
	kind,
	client,
	createdAt,
	lastUsedAt,
	madeBy,
	current,
}: SessionItem): Wire<typeof wireSession> => ({
	id,
	kind,
	client,
	createdAt: timeOf(createdAt),
	...(lastUsedAt === undefined ? {} : { lastUsedAt: timeOf(lastUsedAt) }),
	...(madeBy === undefined ? {} : { madeBy }),
	current: current === true,
});

async function end({ context }: Services, { account, params }: Call): Promise<AnswerOf<typeof ending>> {
	if (!(await endSession(context, account, params.id as string))) throw new NotFound();
	return noContent;
}

async function change(
	{ context }: Services,
	{ account, principal, body, from }: CallOf<typeof changing>,
): Promise<AnswerOf<typeof changing>> {
	const session = principal.session ?? principal.credential;
	await changePassword(context, account, { ...withoutUndefined(body), from, session });
	return noContent;
}
