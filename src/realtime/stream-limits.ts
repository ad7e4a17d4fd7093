import { TooManyRequests, Unavailable } from "#core/errors.ts";
import type { AccountId } from "#core/ids.ts";

/** When a client should try again for which there is no room, in seconds. */
const retryAfterSeconds = 30;

/** Counts the open streams. */
export interface StreamCount {
	/**
	 * Counts a stream, until the returned function is called.
	 *
	 * @throws {TooManyRequests} the account has as many as it may have
	 * @throws {Unavailable} the provider has as many as it may have
	 */
	enter(account: AccountId): () => void;
}

/** @param perAccount how many streams an account may have @param inAll how many all accounts may have together */
export function countStreams(perAccount: number, inAll: number): StreamCount {
	const counts = new Map<AccountId, number>();
	let total = 0;
	return {
		enter(account) {
			const own = counts.get(account) ?? 0;
			if (own >= perAccount)
				throw new TooManyRequests(
					retryAfterSeconds,
					`The account has ${perAccount} event streams open; close one`,
					"too_many_streams",
				);
			if (total >= inAll) throw new Unavailable("Too many event streams are open", retryAfterSeconds);
			counts.set(account, own + 1);
			total++;
			let hasLeft = false;
			return () => {
				if (hasLeft) return;
				hasLeft = true;
				total--;
				const left = (counts.get(account) ?? 1) - 1;
				if (left === 0) counts.delete(account);
				else counts.set(account, left);
			};
		},
	};
}
