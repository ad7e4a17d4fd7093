import { z } from "zod";
import { findAccount } from "#core/accounts/find-account.ts";
import { InvalidRequest, NotFound } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { json, ok } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { etagOf } from "../base/conditional.ts";
import { type AnswerOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { time, timeOf } from "../base/time.ts";
import { accountId } from "./ids.ts";

const wireIdentity = z
	.strictObject({
		id: accountId,
		handle: z.string(),
		home: z.string(),
		domain: z.string(),
		updatedAt: time,
		displayName: z.string().optional(),
		avatar: z.string().optional(),
	})
	.meta({
		id: "Identity",
		description: "A person of this provider; only authenticated callers get `displayName` and `avatar`.",
	});

const lookingUp = operation("lookUpUser", "Look up a person of this provider, as another provider", {
	answers: { 200: json(wireIdentity, "ETag") },
});

const describing = operation("getIdentityService", "Get where people of this provider are looked up", {
	answers: { 200: json(z.strictObject({ user: z.string().meta({ description: "A URL template." }) })) },
});

/** The endpoint at which other providers verify our people (OFSCP §4.3). */
export const identityRoutes = ({ context }: Services) => [
	// The discovery document names this URL as the base.
	route("GET", "/api/identity", "none", "read", describing, async () =>
		ok({ user: `${context.origin}/api/identity/users/{handle}@{home}` }, { "Cache-Control": "public, max-age=3600" }),
	),
	route("GET", "/api/identity/users/:u", "peer", "read", lookingUp, (call) => lookUp(context, call)),
];

async function lookUp(context: CoreContext, { params, peer, reader }: Call): Promise<AnswerOf<typeof lookingUp>> {
	if (peer === undefined && reader === undefined)
		throw new InvalidRequest([{ field: "X-OFSCP-Provider", expected: "the domain of the calling provider" }]);
	const account = await findAccount(context, params.u as string);
	if (account?.domain !== context.domain || account.deletedAt !== undefined) throw new NotFound();

	const { id, handle, domain, profile, updatedAt } = account;
	// An unsigned provider name proves nothing, so such a caller only learns that the person exists.
	const isTrusted = peer?.isProven === true || reader !== undefined;
	const body = {
		id,
		handle,
		home: domain,
		domain,
		updatedAt: timeOf(updatedAt),
		...(isTrusted ? { displayName: profile.displayName } : {}),
		...(isTrusted && profile.avatar !== undefined ? { avatar: profile.avatar } : {}),
	};
	return ok(body, { ETag: etagOf(body), "Cache-Control": "private, no-cache" });
}
