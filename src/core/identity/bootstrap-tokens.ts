import { accountById } from "../accounts/find-account.ts";
import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import { type Expiring, expiryIndex } from "../ports/expiry.ts";
import type { Collection } from "../ports/store.ts";
import type { Principal } from "./principal.ts";
import { hashOfSecret, newSecret } from "./secret.ts";

/**
 * A token that a client without a browser gets for a password (OFSCP R7 §4.2). It only permits to register one device key. Its id is
 * the SHA-256 of the secret.
 */
export interface BootstrapToken extends Expiring {
	readonly account: AccountId;
}

/** The unused bootstrap tokens. */
export const bootstrapTokens: Collection<BootstrapToken> = {
	name: "bootstrap_tokens",
	version: 1,
	indexes: { expiresAt: expiryIndex, account: { kinds: ["text"], of: (token) => [token.account] } },
};

/** The lifetime of a bootstrap token, in seconds. */
export const bootstrapSeconds = 300;

const prefix = "bootstrap:";

/** Creates a token and returns its secret. */
export async function addBootstrapToken(context: CoreContext, account: AccountId): Promise<string> {
	const secret = newSecret("bt");
	const expiresAt = context.clock.now() + bootstrapSeconds * 1000;
	await context.store.insert(bootstrapTokens, hashOfSecret(secret), { account, expiresAt });
	return secret;
}

/** The credential of a bootstrap token's secret; `undefined` if the secret is of another kind. */
export const bootstrapCredential = (secret: string): string | undefined =>
	/^bt_[\w-]{43}$/.test(secret) ? prefix + hashOfSecret(secret) : undefined;

/** True if the principal may only register a device key. */
export const isBootstrap = ({ credential }: Principal): boolean => credential.startsWith(prefix);

/** The account of a bootstrap credential, without any scope; `undefined` if the token is unknown, used or expired. */
export async function bootstrapPrincipal(
	context: Pick<CoreContext, "store" | "clock">,
	credential: string,
): Promise<Principal | undefined> {
	const token = (await context.store.get(bootstrapTokens, credential.slice(prefix.length)))?.doc;
	if (token === undefined || token.expiresAt <= context.clock.now()) return undefined;
	const account = await accountById(context, token.account);
	return account === undefined || account.deletedAt !== undefined ? undefined : { account, scopes: [], credential };
}

/** Consumes the token; `false` if it has been used already. */
export const consumeBootstrapToken = (
	{ store }: Pick<CoreContext, "store">,
	{ credential }: Principal,
): Promise<boolean> => store.delete(bootstrapTokens, credential.slice(prefix.length));

/** Deletes the unused tokens of an account. */
export async function deleteBootstrapTokens({ store }: Pick<CoreContext, "store">, account: AccountId): Promise<void> {
	for (;;) {
		const page = await store.page(bootstrapTokens, { index: "account", prefix: [account], order: "asc", limit: 100 });
		for (const { id } of page) await store.delete(bootstrapTokens, id);
		if (page.length < 100) return;
	}
}
