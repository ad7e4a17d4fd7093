import type { AccountId } from "../ids.ts";
import { expiryIndex } from "../ports/expiry.ts";
import type { Collection } from "../ports/store.ts";
import type { Maker } from "./principal.ts";

/** The public key of a device that signs requests for an account (OFSCP R7 §4.3). */
export interface DeviceKey {
	readonly account: AccountId;
	/** base64 of the 32 raw bytes of an Ed25519 key. */
	readonly publicKey: string;
	/** The owner's name for the device. */
	readonly name: string;
	/** What the key ends with; absent for a key that was registered with the password. */
	readonly madeBy?: Maker;
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
