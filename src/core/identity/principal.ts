import type { Account } from "../model/account.ts";

/** The grant of an app, or the personal access token, that has registered a device key. The key ends with it. */
export interface Maker {
	readonly kind: "session" | "token";
	/** Its id among the sessions of the account. */
	readonly id: string;
}

/** The authenticated caller of a request, and its rights. */
export interface Principal {
	readonly account: Account;
	readonly scopes: readonly string[];
	/** The id of the credential, which is no secret. `principalOf` checks it again, so that open streams end when it is revoked. */
	readonly credential: string;
	/** The id of the OAuth client that acts for the account. */
	readonly client?: string;
	/** The session that the credential belongs to (a grant's id); it outlives renewed credentials. */
	readonly session?: string;
	/** What the caller's device key ends with. */
	readonly madeBy?: Maker;
}
