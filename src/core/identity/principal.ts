import type { Account } from "../model/account.ts";

/** Who asks, and with which right. */
export interface Principal {
	readonly account: Account;
	readonly scopes: readonly string[];
	/** The id of the credential, by which streams end when it is revoked: `principalOf` reads it. */
	readonly credential: string;
	/** The id of the client that acts for the account. */
	readonly client?: string;
	/** The login that the credential belongs to (a grant's id); it outlives a credential that is renewed. */
	readonly session?: string;
}
