import { findAccount } from "#core/accounts/find-account.ts";
import { InvalidRequest, NotFound } from "#core/errors.ts";
import type { World } from "#core/events/world.ts";
import { etagOf, unchanged } from "../base/conditional.ts";
import { type Answer, type Call, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { timeOf } from "../base/time.ts";

/** By which another provider verifies one of our people (OFSCP §4.3). */
export const identityRoutes = ({ world }: Services) => [
	route("GET", "/api/identity/users/:u", "peer", "read", { answers: [200, 304] }, (call) => lookUp(world, call)),
];

async function lookUp(world: World, { params, peer, reader, header }: Call): Promise<Answer> {
	if (peer === undefined && reader === undefined)
		throw new InvalidRequest([{ field: "X-OFSCP-Provider", expected: "the domain of the provider that asks" }]);
	const account = await findAccount(world, params.u as string);
	if (account?.domain !== world.domain || account.deletedAt !== undefined) throw new NotFound();

	const { id, handle, domain, profile, updatedAt } = account;
	// Anybody may say the name of a provider: they learn that there is such a person, and no more.
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
	const headers = {
		ETag: etagOf(body),
		"Cache-Control": "private, no-cache",
	};
	return unchanged(headers.ETag, header) ? { status: 304, headers } : { status: 200, headers, body };
}
