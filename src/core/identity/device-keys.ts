import { accountById } from "../accounts/find-account.ts";
import { Conflict, Unauthenticated } from "../errors.ts";
import type { World } from "../events/world.ts";
import { type AccountId, type DeviceKeyId, mintId, parseId } from "../ids.ts";
import { expiryIndex } from "../ports/expiry.ts";
import type { Collection, Stored } from "../ports/store.ts";
import { isBootstrap, takeBootstrapToken } from "./bootstrap-tokens.ts";
import type { Principal } from "./principal.ts";

/** The public half of a key that somebody keeps on a device and signs with (OFSCP R7 §4.3). */
export interface DeviceKey {
	readonly account: AccountId;
	/** base64 of the 32 raw bytes of an Ed25519 key. */
	readonly publicKey: string;
	/** What its owner calls the device. */
	readonly name: string;
	readonly createdAt: number;
	readonly revokedAt?: number;
	/** Only of a revoked one: when it is forgotten. */
	readonly expiresAt?: number;
}

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

/** How many keys somebody may have at a time. */
export const maxDeviceKeys = 50;
const rememberedMs = 90 * 86_400_000;
const prefix = "device:";

/** A key and its id. */
export type KnownDeviceKey = DeviceKey & { readonly id: DeviceKeyId };
const known = ({ id, doc }: Stored<DeviceKey>): KnownDeviceKey => ({ id: id as DeviceKeyId, ...doc });

/** The keys of somebody that are not revoked, oldest first. */
export async function deviceKeysOf(
	{ store }: Pick<World, "store">,
	account: AccountId,
): Promise<readonly KnownDeviceKey[]> {
	// Two who register at the same time may both find room.
	const page = await store.page(deviceKeys, {
		index: "active",
		prefix: [account],
		order: "asc",
		limit: 2 * maxDeviceKeys,
	});
	return page.map(known);
}

/**
 * Registers a key for whoever asks; one that they have already is given again. Uses up a bootstrap token, which comes
 * first: a crash in between costs a new log-in, never a second key.
 *
 * @param publicKey base64 of the 32 raw bytes
 * @throws {Conflict} `too_many_device_keys`
 * @throws {Unauthenticated} the bootstrap token has been used meanwhile
 */
export async function registerDeviceKey(
	world: World,
	principal: Principal,
	{ publicKey, name }: Pick<DeviceKey, "publicKey" | "name">,
): Promise<{ readonly key: KnownDeviceKey; readonly isNew: boolean }> {
	const { account } = principal;
	const own = await deviceKeysOf(world, account.id);
	const same = own.find((key) => key.publicKey === publicKey);
	if (same === undefined && own.length >= maxDeviceKeys)
		throw new Conflict("too_many_device_keys", `At most ${maxDeviceKeys} keys; revoke one that is not needed any more`);
	if (isBootstrap(principal) && !(await takeBootstrapToken(world, principal)))
		throw new Unauthenticated("This bootstrap token has been used");
	if (same !== undefined) return { key: same, isNew: false };
	const now = world.clock.now();
	const id = mintId("dk", now);
	const key = { account: account.id, publicKey, name, createdAt: now };
	await world.store.insert(deviceKeys, id, key);
	return { key: { id, ...key }, isNew: true };
}

/**
 * Revokes a key of somebody; `false`: they have no such key (any more). From then on it signs nothing and is
 * published no more.
 */
export async function revokeDeviceKey(world: World, account: AccountId, text: string): Promise<boolean> {
	const id = parseId("dk", text);
	for (;;) {
		const stored = id === undefined ? undefined : await world.store.get(deviceKeys, id);
		if (stored === undefined || stored.doc.account !== account || stored.doc.revokedAt !== undefined) return false;
		const now = world.clock.now();
		const revoked = { ...stored.doc, revokedAt: now, expiresAt: now + rememberedMs };
		if (await world.store.replace(deviceKeys, stored.id, stored.rev, revoked)) return true;
	}
}

/**
 * The public key of one of our people's devices, for a signature that names both; `undefined`: there is no such key.
 */
export async function publicKeyOf(
	{ store }: Pick<World, "store">,
	account: AccountId,
	keyId: string,
): Promise<string | undefined> {
	const id = parseId("dk", keyId);
	const key = id === undefined ? undefined : (await store.get(deviceKeys, id))?.doc;
	return key?.account === account && key.revokedAt === undefined ? key.publicKey : undefined;
}

/** The credential of a device key, by which streams end when it is revoked. */
export const deviceCredential = (keyId: string): string => prefix + keyId;

/** Whom such a credential stands for now. Who signs may do all that they may do here. */
export async function devicePrincipal(world: Pick<World, "store">, credential: string): Promise<Principal | undefined> {
	const keyId = credential.slice(prefix.length);
	const key = (await world.store.get(deviceKeys, keyId))?.doc;
	if (key === undefined || key.revokedAt !== undefined) return undefined;
	const account = await accountById(world, key.account);
	if (account === undefined || account.deletedAt !== undefined) return undefined;
	return { account, scopes: ["ofscp"], credential, session: keyId };
}

/** Forgets every key of an account that is erased. */
export async function forgetDeviceKeys({ store }: Pick<World, "store">, account: AccountId): Promise<void> {
	for (;;) {
		const page = await store.page(deviceKeys, { index: "account", prefix: [account], order: "asc", limit: 100 });
		for (const { id } of page) await store.delete(deviceKeys, id);
		if (page.length < 100) return;
	}
}
