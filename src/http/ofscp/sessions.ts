import { z } from "zod";
import { NotFound } from "#core/errors.ts";
import { changePassword } from "#core/identity/change-password.ts";
import { endSession, type SessionItem, sessionsOf } from "#core/identity/sessions.ts";
import { type Answer, type Call, noContent, ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { timeOf } from "../base/time.ts";

const passwords = z.object({ current: z.string().max(1024), next: z.string().max(1024) });
type Passwords = z.output<typeof passwords>;

/** By what somebody is signed in, and the password that they sign in with (OFSCP §4.2; wire.md, "People"). */
export const sessionRoutes = (services: Services) => [
	route("GET", "/api/me/sessions", "member", "read", {}, (call) => list(services, call)),
	route("DELETE", "/api/me/sessions/:id", "member", "manage", { answers: [204] }, (call) => end(services, call)),
	route(
		"PUT",
		"/api/me/password",
		"member",
		"manage",
		{ body: passwords, answers: [204], errors: ["wrong_password"] },
		(call) => change(services, call),
	),
];

async function list({ world }: Services, { account, principal }: Call): Promise<Answer> {
	const items = await sessionsOf(world, account, [principal.session, principal.credential]);
	return ok({ items: items.map(present), page: {} });
}

const present = ({ id, kind, client, createdAt, lastUsedAt, current }: SessionItem) => ({
	id,
	kind,
	client,
	createdAt: timeOf(createdAt),
	...(lastUsedAt === undefined ? {} : { lastUsedAt: timeOf(lastUsedAt) }),
	current: current === true,
});

async function end({ world }: Services, { account, params }: Call): Promise<Answer> {
	if (!(await endSession(world, account, params.id as string))) throw new NotFound();
	return noContent;
}

/** Every session ends but the one that asks. */
async function change(
	{ world }: Services,
	{ account, principal, body, from }: Call<unknown, Passwords>,
): Promise<Answer> {
	await changePassword(world, account, { ...body, from, session: principal.session ?? principal.credential });
	return noContent;
}
