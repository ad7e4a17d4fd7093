import { z } from "zod";
import { accountByHandle, parseAddress } from "#core/accounts/find-account.ts";
import { NotFound } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { type PublishedKey, publishedKeys } from "#core/identity/custodial-keys.ts";
import { addressOf } from "#core/model/account.ts";
import { json, ok, type Wire } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { etagOf } from "../base/conditional.ts";
import { type AnswerOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { time, timeOf } from "../base/time.ts";
import { address } from "./ids.ts";

/** How long the keys may be cached, in seconds: other providers may accept a revoked key for that long. */
const maxAge = 600;

export const wireKey = z
	.strictObject({
		key_id: z.string(),
		keyId: z.string(),
		algorithm: z.literal("Ed25519"),
		public_key: z.string(),
		publicKey: z.string(),
		created_at: time,
		createdAt: time,
	})
	.meta({
		id: "PublicKey",
		description: "A key, with the member names of the draft and those of its first implementation.",
	});

const showing = operation("getUserKeys", "Get the public keys of a person", {
	answers: {
		200: json(z.strictObject({ actor: address, keys: z.array(wireKey), cache_until: time, cacheUntil: time }), "ETag"),
	},
});

/** The keys with which other providers verify our people and ghosts (OFSCP R7 §4.6). */
export const userKeyRoutes = ({ context }: Services) => [
	route("GET", "/.well-known/ofscp/users/:h/keys", "none", "read", showing, (call) => show(context, call)),
];

async function show(context: CoreContext, { params }: Call): Promise<AnswerOf<typeof showing>> {
	const named = parseAddress(params.h as string, context.domain);
	const isOurs = named?.domain === context.domain;
	const account = isOurs ? await accountByHandle(context, named.handle, named.domain) : undefined;
	if (account === undefined || account.deletedAt !== undefined) throw new NotFound();
	const keys = await publishedKeys(context, account);
	const until = timeOf(context.clock.now() + maxAge * 1000);
	const body = { actor: addressOf(account), keys: keys.map(presentKey), cache_until: until, cacheUntil: until };
	// `cache_until` changes with every request, so the ETag leaves it out.
	const version = etagOf(keys.map(({ keyId }) => keyId));
	return ok(body, { ETag: version, "Cache-Control": `public, max-age=${maxAge}` });
}

export function presentKey({ keyId, publicKey, createdAt }: PublishedKey): Wire<typeof wireKey> {
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
