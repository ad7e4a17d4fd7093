import type { Place } from "../groups/place.ts";
import type { Account } from "../model/account.ts";

/** How long someone counts as typing after the last sign of it, in milliseconds (wire.md, "Finding, reading, being told"). */
export const typingMs = 6000;

/** Calls a function once, later. @returns cancels it */
export type Later = (run: () => void, ms: number) => () => void;

/** Who is typing where. It is kept in memory and never stored. */
export interface Typing {
	/** Tells the readers of a channel; without another call the account stops by itself. */
	start(place: Place, account: Account): Promise<void>;
	/** Tells the readers of a channel that the account has stopped, if it was typing there. */
	stop(place: Place, account: Account): Promise<void>;
	/** The account has no stream any more: it stops everywhere. */
	disconnected(account: Account["id"]): void;
	close(): void;
}

interface Typist {
	readonly place: Place;
	readonly account: Account;
	readonly cancel: () => void;
}

/** @param tell tells the readers of a channel; must not throw */
export function createTyping(
	tell: (place: Place, account: Account, state: "start" | "stop") => Promise<void>,
	later: Later,
): Typing {
	const typists = new Map<string, Typist>();

	async function end(key: string): Promise<void> {
		const typist = typists.get(key);
		if (typist === undefined) return;
		typists.delete(key);
		typist.cancel();
		await tell(typist.place, typist.account, "stop");
	}

	const keyOf = ({ channel }: Place, { id }: Account): string => `${channel.id}/${id}`;
	return {
		async start(place, account) {
			const key = keyOf(place, account);
			typists.get(key)?.cancel();
			typists.set(key, { place, account, cancel: later(() => void end(key), typingMs) });
			await tell(place, account, "start");
		},
		stop: (place, account) => end(keyOf(place, account)),
		disconnected(account) {
			for (const [key, typist] of typists) if (typist.account.id === account) void end(key);
		},
		close() {
			for (const { cancel } of typists.values()) cancel();
			typists.clear();
		},
	};
}
