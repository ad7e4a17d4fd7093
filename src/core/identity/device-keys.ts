import { accountById } from "../accounts/find-account.ts";
import { cleanName } from "../clean-text.ts";
import { Conflict, Unauthenticated } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { type AccountId, type DeviceKeyId, mintId, parseId } from "../ids.ts";
import type { Stored } from "../ports/store.ts";
import { consumeBootstrapToken, isBootstrap } from "./bootstrap-tokens.ts";
import { type DeviceKey, deviceKeys } from "./device-key.ts";
import { isLive, makerOf } from "./makers.ts";
import type { Principal } from "./principal.ts";

/** How many keys an account may have at a time. */
export const maxDeviceKeys = 50;
const rememberedMs = 90 * 86_400_000;
const prefix = "device:";

/** A device key with its id. */
export type KnownDeviceKey = DeviceKey & { readonly id: DeviceKeyId };
const known = ({ id, doc }: Stored<DeviceKey>): KnownDeviceKey => ({ id: id as DeviceKeyId, ...doc });

/** The keys of an account that are neither revoked nor have ended with what made them, oldest first. */
export const deviceKeysOf = async (
	context: Pick<CoreContext, "store" | "clock">,
	account: AccountId,
): Promise<readonly KnownDeviceKey[]> => (await activeKeys(context, account)).live;

async function activeKeys(
	context: Pick<CoreContext, "store" | "clock">,
	account: AccountId,
): Promise<{ readonly live: readonly KnownDeviceKey[]; readonly ended: readonly KnownDeviceKey[] }> {
	// Concurrent registrations can exceed the maximum.
	const page = await context.store.page(deviceKeys, {
		index: "active",
		prefix: [account],
		order: "asc",
		limit: 2 * maxDeviceKeys,
	});
	const keys = await Promise.all(
		page.map(async (stored) => ({ key: known(stored), live: await isLive(context, stored.doc.madeBy) })),
	);
	return {
		live: keys.filter(({ live }) => live).map(({ key }) => key),
		ended: keys.filter(({ live }) => !live).map(({ key }) => key),
	};
}

/**
 * Registers a device key for the caller; if the account has this key already, it is returned. A key that an app or a personal access
 * token registers ends with it.
 *
 * A bootstrap token is consumed first: a crash in between costs a new log-in, but never registers a second key.
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
	const { live: own, ended } = await activeKeys(context, account.id);
	// Otherwise ended keys would fill the page in which the keys are read.
	for (const { id } of ended) await revokeDeviceKey(context, account.id, id);
	const same = own.find((key) => key.publicKey === publicKey);
	if (same === undefined && own.length >= maxDeviceKeys)
		throw new Conflict("too_many_device_keys", `At most ${maxDeviceKeys} keys; revoke one that is no longer needed`);
	if (isBootstrap(principal) && !(await consumeBootstrapToken(context, principal)))
		throw new Unauthenticated("This bootstrap token has been used");
	const madeBy = makerOf(principal);
	if (same !== undefined) return { key: madeBy === undefined ? await makeOwn(context, same) : same, isNew: false };
	const now = context.clock.now();
	const id = mintId("dk", now);
	const key = {
		account: account.id,
		publicKey,
		name: cleanName(name),
		...(madeBy === undefined ? {} : { madeBy }),
		createdAt: now,
	};
	await context.store.insert(deviceKeys, id, key);
	return { key: { id, ...key }, isNew: true };
}

/** Makes a key that an app has registered independent of the app, because its owner has now registered it with the password. */
async function makeOwn(context: CoreContext, key: KnownDeviceKey): Promise<KnownDeviceKey> {
	if (key.madeBy === undefined) return key;
	const stored = await context.store.get(deviceKeys, key.id);
	if (stored === undefined || stored.doc.revokedAt !== undefined)
		throw new Unauthenticated("This key has been revoked meanwhile");
	const { madeBy: _, ...own } = stored.doc;
	return (await context.store.replace(deviceKeys, key.id, stored.rev, own))
		? { id: key.id, ...own }
		: makeOwn(context, key);
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
 * The public key of a local account's device, to verify a signature with; `undefined` if the account has no such key. Whether what made
 * the key still lives is for {@link devicePrincipal} to say.
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

/** The account of a device key's credential, with all scopes; `undefined` if the key was revoked or what made it has ended. */
export async function devicePrincipal(
	context: Pick<CoreContext, "store" | "clock">,
	credential: string,
): Promise<Principal | undefined> {
	const keyId = credential.slice(prefix.length);
	const key = (await context.store.get(deviceKeys, keyId))?.doc;
	if (key === undefined || key.revokedAt !== undefined || !(await isLive(context, key.madeBy))) return undefined;
	const account = await accountById(context, key.account);
	if (account === undefined || account.deletedAt !== undefined) return undefined;
	const { madeBy } = key;
	return { account, scopes: ["ofscp"], credential, session: keyId, ...(madeBy === undefined ? {} : { madeBy }) };
}

/** Deletes every key of an account that is erased. */
export async function deleteDeviceKeys({ store }: Pick<CoreContext, "store">, account: AccountId): Promise<void> {
	for (;;) {
		const page = await store.page(deviceKeys, { index: "account", prefix: [account], order: "asc", limit: 100 });
		for (const { id } of page) await store.delete(deviceKeys, id);
		if (page.length < 100) return;
	}
}
