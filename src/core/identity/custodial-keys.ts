import { createHash, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { NotFound } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import { type Account, addressOf } from "../model/account.ts";
import type { Collection } from "../ports/store.ts";
import { deviceKeysOf } from "./device-keys.ts";
import { type OutgoingRequest, signRequest } from "./request-signature.ts";

/**
 * A key with which the provider signs for an account without a key of its own (a user of OAuth clients only, or a ghost), so that other
 * providers can verify its requests.
 */
interface CustodialKey {
	readonly keyId: string;
	/** base64 of the 32 raw bytes. */
	readonly publicKey: string;
	/** The private key as PKCS #8, encrypted. */
	readonly sealed: unknown;
	readonly createdAt: number;
	/** Whether it has signed a request; from then on it is published together with the keys of the account's devices. */
	readonly isUsed?: true;
}

/** The custodial keys, by account id. */
export const custodialKeys: Collection<CustodialKey> = { name: "custodial_keys", version: 1, indexes: {} };

/** A public key of a local account, as other providers see it. */
export interface PublishedKey {
	readonly keyId: string;
	/** base64 of the 32 raw bytes of an Ed25519 key. */
	readonly publicKey: string;
	/** Milliseconds since 1970. */
	readonly createdAt: number;
}

type Dependencies = Pick<CoreContext, "store" | "clock" | "vault">;

/** The custodial key of an account, created on first use. @throws {NotFound} the account has been deleted */
export async function custodialKeyOf(context: Dependencies, account: Account): Promise<PublishedKey> {
	const { keyId, publicKey, createdAt } = (await keptKeyOf(context, account)).doc;
	return { keyId, publicKey, createdAt };
}

async function keptKeyOf({ store, clock, vault }: Dependencies, account: Account) {
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
	// Concurrent first calls all get the same key.
	await store.insertMissing(custodialKeys, [{ id: account.id, doc }]);
	const made = await store.get(custodialKeys, account.id);
	if (made === undefined) throw new NotFound();
	return made;
}

/**
 * The headers that sign a request to another provider on behalf of a local account or a ghost (OFSCP R7 §4.4).
 *
 * @throws {NotFound} the account has been deleted
 */
export async function signAs(
	context: Dependencies,
	account: Account,
	request: OutgoingRequest,
): Promise<Record<string, string>> {
	let kept = await keptKeyOf(context, account);
	// Published before it signs, since the verifier fetches the published keys.
	while (kept.doc.isUsed !== true) {
		await context.store.replace(custodialKeys, account.id, kept.rev, { ...kept.doc, isUsed: true });
		kept = await keptKeyOf(context, account);
	}
	const pkcs8 = Buffer.from(context.vault.open(kept.doc.sealed) as string, "base64");
	const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
	const signer = {
		as: "actor",
		name: addressOf(account),
		keyId: kept.doc.keyId,
		sign: (data: Uint8Array) => sign(null, data, key).toString("base64"),
	} as const;
	return signRequest(signer, request, context.clock.now());
}

/**
 * The keys with which other providers verify a local account (OFSCP R7 §4.6): those of its devices, and the custodial key if that one
 * signs.
 */
export async function publishedKeys(context: Dependencies, account: Account): Promise<readonly PublishedKey[]> {
	const own = (await deviceKeysOf(context, account.id)).map(({ id, publicKey, createdAt }) => ({
		keyId: id,
		publicKey,
		createdAt,
	}));
	const held = (await context.store.get(custodialKeys, account.id))?.doc;
	return own.length === 0 || held?.isUsed === true ? [...own, await custodialKeyOf(context, account)] : own;
}

/** Deletes the custodial key of an account that is erased. */
export async function deleteCustodialKey({ store }: Pick<CoreContext, "store">, account: AccountId): Promise<void> {
	await store.delete(custodialKeys, account);
}
