import { createHash, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { NotFound } from "../errors.ts";
import type { World } from "../events/world.ts";
import type { AccountId } from "../ids.ts";
import { type Account, addressOf } from "../model/account.ts";
import type { Collection } from "../ports/store.ts";
import { deviceKeysOf } from "./device-keys.ts";
import { type OutgoingRequest, signRequest } from "./request-signature.ts";

/**
 * The key by which we sign for somebody who has none of their own, an OAuth-only person or a ghost: so that other
 * providers can verify them too. By the id of the account.
 */
interface CustodialKey {
	readonly keyId: string;
	/** base64 of the 32 raw bytes. */
	readonly publicKey: string;
	/** The private half as PKCS #8, sealed. */
	readonly sealed: unknown;
	readonly createdAt: number;
	/** We have signed with it: from then on it is published beside the keys of the account's own devices. */
	readonly isUsed?: true;
}

export const custodialKeys: Collection<CustodialKey> = { name: "custodial_keys", version: 1, indexes: {} };

/** What others are told of a key of somebody here. */
export interface PublishedKey {
	readonly keyId: string;
	/** base64 of the 32 raw bytes of an Ed25519 key. */
	readonly publicKey: string;
	/** Milliseconds since 1970. */
	readonly createdAt: number;
}

type Keeper = Pick<World, "store" | "clock" | "vault">;

/** The key that we hold for an account, made the first time. @throws {NotFound} the account has been deleted */
export async function custodialKeyOf(world: Keeper, account: Account): Promise<PublishedKey> {
	const { keyId, publicKey, createdAt } = (await keptKeyOf(world, account)).doc;
	return { keyId, publicKey, createdAt };
}

async function keptKeyOf({ store, clock, vault }: Keeper, account: Account) {
	if (account.deletedAt !== undefined) throw new NotFound();
	const kept = await store.get(custodialKeys, account.id);
	if (kept !== undefined) return kept;
	const { privateKey, publicKey } = generateKeyPairSync("ed25519");
	const raw = Buffer.from(publicKey.export({ format: "jwk" }).x as string, "base64url");
	const doc: CustodialKey = {
		keyId: `ck-${createHash("sha256").update(raw).digest("hex").slice(0, 24)}`,
		publicKey: raw.toString("base64"),
		sealed: vault.seal(privateKey.export({ format: "der", type: "pkcs8" }).toString("base64")),
		createdAt: clock.now(),
	};
	// However many ask first, all get the same.
	await store.insertMissing(custodialKeys, [{ id: account.id, doc }]);
	const made = await store.get(custodialKeys, account.id);
	if (made === undefined) throw new NotFound();
	return made;
}

/**
 * The headers by which a request to another provider is signed in the name of one of our people, or of a ghost.
 *
 * @throws {NotFound} the account has been deleted
 */
export async function signAs(
	world: Keeper,
	account: Account,
	request: OutgoingRequest,
): Promise<Record<string, string>> {
	let kept = await keptKeyOf(world, account);
	// Published before it signs: who verifies asks for the keys first.
	while (kept.doc.isUsed !== true) {
		await world.store.replace(custodialKeys, account.id, kept.rev, { ...kept.doc, isUsed: true });
		kept = await keptKeyOf(world, account);
	}
	const pkcs8 = Buffer.from(world.vault.open(kept.doc.sealed) as string, "base64");
	const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
	const signer = {
		as: "actor",
		name: addressOf(account),
		keyId: kept.doc.keyId,
		sign: (data: Uint8Array) => sign(null, data, key).toString("base64"),
	} as const;
	return signRequest(signer, request, world.clock.now());
}

/**
 * The keys by which others verify somebody of ours (R7 §4.6): those of their devices, and ours for them where it
 * signs.
 */
export async function publishedKeys(world: Keeper, account: Account): Promise<readonly PublishedKey[]> {
	const own = (await deviceKeysOf(world, account.id)).map(({ id, publicKey, createdAt }) => ({
		keyId: id,
		publicKey,
		createdAt,
	}));
	const held = (await world.store.get(custodialKeys, account.id))?.doc;
	return own.length === 0 || held?.isUsed === true ? [...own, await custodialKeyOf(world, account)] : own;
}

/** Erases the key with its account. */
export async function forgetCustodialKey({ store }: Pick<World, "store">, account: AccountId): Promise<void> {
	await store.delete(custodialKeys, account);
}
