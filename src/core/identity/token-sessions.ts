import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import type { Stored } from "../ports/store.ts";
import { lastUsedOf } from "./last-used.ts";
import type { SessionSource } from "./sessions.ts";
import { type AccessToken, accessTokens } from "./tokens.ts";

/** How many tokens are read at once; most accounts have a few. */
const chunk = 200;

/** The personal access tokens of an account, as sessions. */
export function tokenSessions({ store }: Pick<CoreContext, "store">): SessionSource {
	const tokensOf = (account: AccountId): Promise<readonly Stored<AccessToken>[]> =>
		store.page(accessTokens, { index: "account", prefix: [account], order: "desc", limit: chunk });

	return {
		kind: "token",
		async list(account) {
			const tokens = await tokensOf(account);
			return Promise.all(
				tokens.map(async ({ id, doc }) => {
					const lastUsedAt = await lastUsedOf({ store }, id);
					return {
						id,
						kind: "token" as const,
						client: doc.name,
						createdAt: doc.createdAt,
						...(lastUsedAt === undefined ? {} : { lastUsedAt }),
					};
				}),
			);
		},
		async end(account, id) {
			const stored = await store.get(accessTokens, id);
			return stored?.doc.account === account && store.delete(accessTokens, id);
		},
		async endAll(account, except = []) {
			for (;;) {
				const ending = (await tokensOf(account)).filter(({ id }) => !except.includes(id));
				for (const { id } of ending) await store.delete(accessTokens, id);
				if (ending.length < chunk - except.length) return;
			}
		},
	};
}
