import { createHash, randomBytes } from "node:crypto";
import { cleanName } from "../clean-text.ts";
import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import type { Collection } from "../ports/store.ts";

/** A personal access token. Its id is the SHA-256 of the secret, which is not stored. */
export interface AccessToken {
	readonly account: AccountId;
	readonly scopes: readonly string[];
	readonly name: string;
	readonly createdAt: number;
}

/** The personal access tokens. */
export const accessTokens: Collection<AccessToken> = {
	name: "access_tokens",
	version: 1,
	indexes: { account: { kinds: ["text", "int"], of: (t) => [t.account, t.createdAt] } },
};

/** The id of the token with a secret. */
export const tokenId = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/** Creates a token and returns its secret, which can't be read again. */
export async function addToken(
	context: CoreContext,
	{ account, scopes, name }: Omit<AccessToken, "createdAt">,
): Promise<string> {
	const secret = `cwy_${randomBytes(32).toString("base64url")}`;
	const token = { account, scopes, name: cleanName(name), createdAt: context.clock.now() };
	await context.store.insert(accessTokens, tokenId(secret), token);
	return secret;
}
