import { createHash, randomBytes } from "node:crypto";
import type { AccountId } from "../ids.ts";
import type { Collection } from "../ports/store.ts";
import type { World } from "../world.ts";
import { type Account, accounts } from "./account.ts";

/** A personal access token. Its id is the SHA-256 of the secret, which nobody keeps. */
export interface AccessToken {
	readonly account: AccountId;
	readonly scopes: readonly string[];
	readonly name: string;
	readonly createdAt: number;
	readonly revokedAt?: number;
}

export const accessTokens: Collection<AccessToken> = {
	name: "access_tokens",
	version: 1,
	indexes: { account: { kinds: ["text", "int"], of: (t) => [t.account, t.createdAt] } },
};

/** Who asks, and with which right. */
export interface Principal {
	readonly account: Account;
	readonly scopes: readonly string[];
	/** The id of the credential, by which streams end when it is revoked. */
	readonly credential: string;
}

const idOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/** Makes a token and returns its secret, which can't be read again. */
export async function addToken(
	world: World,
	{ account, scopes, name }: Omit<AccessToken, "createdAt">,
): Promise<string> {
	const secret = `cwy_${randomBytes(32).toString("base64url")}`;
	await world.store.insert(accessTokens, idOf(secret), { account, scopes, name, createdAt: world.clock.now() });
	return secret;
}

/** Whom a secret stands for; `undefined`: nobody (any more). */
export async function authenticate(world: Pick<World, "store">, secret: string): Promise<Principal | undefined> {
	if (!secret.startsWith("cwy_") || secret.length > 100) return undefined;
	return principalOf(world, idOf(secret));
}

/** The same by the credential's id: asked again before each delivery on an open stream. */
export async function principalOf(world: Pick<World, "store">, credential: string): Promise<Principal | undefined> {
	const token = (await world.store.get(accessTokens, credential))?.doc;
	if (token === undefined || token.revokedAt !== undefined) return undefined;
	const account = (await world.store.get(accounts, token.account))?.doc;
	if (account === undefined || account.deletedAt !== undefined) return undefined;
	return { account, scopes: token.scopes, credential };
}
