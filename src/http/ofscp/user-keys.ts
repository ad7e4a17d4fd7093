import { accountByHandle, parseAddress } from "#core/accounts/find-account.ts";
import { NotFound } from "#core/errors.ts";
import type { World } from "#core/events/world.ts";
import { type PublishedKey, publishedKeys } from "#core/identity/custodial-keys.ts";
import { addressOf } from "#core/model/account.ts";
import { etagOf, unchanged } from "../base/conditional.ts";
import { type Answer, type Call, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { timeOf } from "../base/time.ts";

/** How long others may keep them, in seconds: as long as a key that has been revoked may still be believed somewhere. */
const maxAge = 600;

/** The keys by which other providers know our people and our ghosts (OFSCP R7 §4.6). */
export const userKeyRoutes = ({ world }: Services) => [
	route("GET", "/.well-known/ofscp/users/:h/keys", "none", "read", { answers: [200, 304] }, (call) =>
		show(world, call),
	),
];

async function show(world: World, { params, header }: Call): Promise<Answer> {
	const address = parseAddress(params.h as string, world.domain);
	const isOurs = address?.domain === world.domain;
	const account = isOurs ? await accountByHandle(world, address.handle, address.domain) : undefined;
	if (account === undefined || account.deletedAt !== undefined) throw new NotFound();
	const keys = await publishedKeys(world, account);
	const headers = {
		ETag: etagOf(keys.map(({ keyId }) => keyId)),
		"Cache-Control": `public, max-age=${maxAge}`,
	};
	if (unchanged(headers.ETag, header)) return { status: 304, headers };
	const until = timeOf(world.clock.now() + maxAge * 1000);
	const body = { actor: addressOf(account), keys: keys.map(presentKey), cache_until: until, cacheUntil: until };
	return { status: 200, headers, body };
}

/** A key under the names of the draft, and under those that its first implementation reads. */
export function presentKey({ keyId, publicKey, createdAt }: PublishedKey) {
	const time = timeOf(createdAt);
	return {
		key_id: keyId,
		keyId,
		algorithm: "Ed25519",
		public_key: publicKey,
		publicKey,
		created_at: time,
		createdAt: time,
	};
}
