import { accountById } from "../accounts/find-account.ts";
import { cleanName } from "../clean-text.ts";
import { Conflict, Unauthenticated } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { type AccountId, type DeviceKeyId, mintId, parseId } from "../ids.ts";
import { expiryIndex } from "../ports/expiry.ts";
import type { Collection, Stored } from "../ports/store.ts";
import { consumeBootstrapToken, isBootstrap } from "./bootstrap-tokens.ts";
import type { Principal } from "./principal.ts";

/** The public key of a device that signs requests for an account (OFSCP R7 §4.3). */
export interface DeviceKey {
	readonly account: AccountId;
	/** base64 of the 32 raw bytes of an Ed25519 key. */
	readonly publicKey: string;
	/** The owner's name for the device. */
	readonly name: string;
	readonly createdAt: number;
	readonly revokedAt?: number;
	/** When a revoked key is deleted. */
	readonly expiresAt?: number;
}

/** The device keys, by key id. `active` holds those that are not revoked. */
export const deviceKeys: Collection<DeviceKey> = {
	name: "device_keys",
	version: 1,
	indexes: {
		account: { kinds: ["text", "int"], of: (key) => [key.account, key.createdAt] },
		active: {
			kinds: ["text", "int"],
			of: (key) => (key.revokedAt === undefined ? [key.account, key.createdAt] : undefined),
		},
		expiresAt: {
			kinds: expiryIndex.kinds,
			of: ({ expiresAt }) => (expiresAt === undefined ? undefined : [expiresAt]),
		},
	},
};

/** How many keys an account may have at a time. */
export const maxDeviceKeys = 50;
const rememberedMs = 90 * 86_400_000;
const prefix = "device:";

/** A device key with its id. */
export type KnownDeviceKey = DeviceKey & { readonly id: DeviceKeyId };
const known = ({ id, doc }: Stored<DeviceKey>): KnownDeviceKey => ({ id: id as DeviceKeyId, ...doc });

/** The keys of an account that are not revoked, oldest first. */
export async function deviceKeysOf(
	{ store }: Pick<CoreContext, "store">,
	account: AccountId,
): Promise<readonly KnownDeviceKey[]> {
	// Concurrent registrations can exceed the maximum.
	const page = await store.page(deviceKeys, {
		index: "active",
		prefix: [account],
		order: "asc",
		limit: 2 * maxDeviceKeys,
	});
	return page.map(known);
}

/**
 * Registers a device key for the caller; if the account has this key already, it is returned. A bootstrap token is consumed first: a
 * crash in between costs a new log-in, but never registers a second key.
 *
 * @param publicKey base64 of the 32 raw bytes
 * @throws {Conflict} `too_many_device_keys`
 * @throws {Unauthenticated} the bootstrap token was used meanwhile
 */
export async function registerDeviceKey(
	context: CoreContext,
	principal: Principal,
	{ publicKey, name }: Pick<DeviceKey, "publicKey" | "name">,
): Promise<{ readonly key: KnownDeviceKey; readonly isNew: boolean }> {
	const { account } = principal;
	const own = await deviceKeysOf(context, account.id);
	const same = own.find((key) => key.publicKey === publicKey);
	if (same === undefined && own.length >= maxDeviceKeys)
		throw new Conflict("too_many_device_keys", `At most ${maxDeviceKeys} keys; revoke one that is no longer needed`);
	if (isBootstrap(principal) && !(await consumeBootstrapToken(context, principal)))
		throw new Unauthenticated("This bootstrap token has been used");
	if (same !== undefined) return { key: same, isNew: false };
	const now = context.clock.now();
	const id = mintId("dk", now);
	const key = { account: account.id, publicKey, name: cleanName(name), createdAt: now };
	await context.store.insert(deviceKeys, id, key);
	return { key: { id, ...key }, isNew: true };
}

/**
 * Revokes a key of an account; `false` if the account has no such key, or no longer. From then on the key can't sign requests and is
 * no longer published.
 */
export async function revokeDeviceKey(context: CoreContext, account: AccountId, text: string): Promise<boolean> {
	const id = parseId("dk", text);
	for (;;) {
		const stored = id === undefined ? undefined : await context.store.get(deviceKeys, id);
		if (stored === undefined || stored.doc.account !== account || stored.doc.revokedAt !== undefined) return false;
		const now = context.clock.now();
		const revoked = { ...stored.doc, revokedAt: now, expiresAt: now + rememberedMs };
		if (await context.store.replace(deviceKeys, stored.id, stored.rev, revoked)) return true;
	}
}

/**
 * The public key of a local account's device, to verify a signature with; `undefined` if the account has no such key.
 */
export async function publicKeyOf(
	{ store }: Pick<CoreContext, "store">,
	account: AccountId,
	keyId: string,
): Promise<string | undefined> {
	const id = parseId("dk", keyId);
	const key = id === undefined ? undefined : (await store.get(deviceKeys, id))?.doc;
	return key?.account === account && key.revokedAt === undefined ? key.publicKey : undefined;
}

/** The credential of a device key. Streams that were opened with it end when the key is revoked. */
export const deviceCredential = (keyId: string): string => prefix + keyId;

/** The account of a device key's credential, with all scopes; `undefined` if the key was revoked. */
export async function devicePrincipal(
	context: Pick<CoreContext, "store">,
	credential: string,
): Promise<Principal | undefined> {
	const keyId = credential.slice(prefix.length);
	const key = (await context.store.get(deviceKeys, keyId))?.doc;
	if (key === undefined || key.revokedAt !== undefined) return undefined;
	const account = await accountById(context, key.account);
	if (account === undefined || account.deletedAt !== undefined) return undefined;
	return { account, scopes: ["ofscp"], credential, session: keyId };
}

/** Deletes every key of an account that is erased. */
export async function deleteDeviceKeys({ store }: Pick<CoreContext, "store">, account: AccountId): Promise<void> {
	for (;;) {
		const page = await store.page(deviceKeys, { index: "account", prefix: [account], order: "asc", limit: 100 });
		for (const { id } of page) await store.delete(deviceKeys, id);
		if (page.length < 100) return;
	}
}
