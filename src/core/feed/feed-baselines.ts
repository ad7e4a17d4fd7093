import { randomBytes } from "node:crypto";
import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import { deleteOldest } from "../ports/expiry.ts";
import type { Collection } from "../ports/store.ts";

/** The positions of a reader in all streams that it follows, at one moment. Resume tokens are relative to a baseline. */
export interface FeedBaseline {
	readonly account: AccountId;
	/** Stream → seq of the newest event that the reader has received or skipped. */
	readonly streams: Readonly<Record<string, number>>;
	/** Milliseconds since 1970. */
	readonly createdAt: number;
	/** The store's epoch, whose positions these are; absent for the first one. */
	readonly epoch?: string;
}

/** The baselines, by random id. */
export const feedBaselines: Collection<FeedBaseline> = {
	name: "feed_baselines",
	version: 1,
	indexes: { age: { kinds: ["int"], of: (b) => [b.createdAt] } },
};

/** How long a resume token is valid, in milliseconds: 7 days. */
export const baselineLifeMs = 7 * 86_400_000;

type Reader = Pick<CoreContext, "store" | "clock" | "epochs">;
type Positions = ReadonlyMap<string, number>;

/** Stores a baseline. Resolves with its id when it is durable. */
export async function saveBaseline(context: Reader, account: AccountId, positions: Positions): Promise<string> {
	const id = randomBytes(12).toString("base64url");
	await context.store.insert(feedBaselines, id, {
		account,
		streams: Object.fromEntries(positions),
		createdAt: context.clock.now(),
		...(context.epochs.current.name === "" ? {} : { epoch: context.epochs.current.name }),
	});
	return id;
}

/** Deletes the baselines whose resume tokens have expired. */
export async function sweepBaselines({ store, clock }: Pick<CoreContext, "store" | "clock">): Promise<void> {
	await deleteOldest(store, feedBaselines, "age", ({ createdAt }) => createdAt < clock.now() - baselineLifeMs);
}

/**
 * Writes a resume token: `<baseline>~<stream>:<seq>…`, with only the streams that have moved since the baseline. A stream of the baseline
 * is written as its index there, in base 36, any other stream as its id.
 */
export function writeToken(baseline: string, moved: Positions, order: ReadonlyMap<string, number>): string {
	let token = baseline;
	for (const [stream, seq] of moved) token += `~${order.get(stream)?.toString(36) ?? stream}:${seq.toString(36)}`;
	return token;
}

const tokenShape = /^[\w-]{16}(?:~(?:[0-9a-z]{1,6}|[a-z]{3}_[0-9a-z]{26}):[0-9a-z]{1,11})*$/;

/**
 * Reads the positions of a resume token; `undefined` if it is malformed, belongs to another account, its baseline has expired, or the log
 * was restored from a backup since, so that the same positions may hold other events.
 */
export async function readToken(
	context: Reader,
	account: AccountId,
	token: string,
): Promise<Map<string, number> | undefined> {
	if (token.length > 8192 || !tokenShape.test(token)) return undefined;
	const [id, ...moves] = token.split("~") as [string, ...string[]];
	const baseline = (await context.store.get(feedBaselines, id))?.doc;
	if (baseline?.account !== account || baseline.createdAt < context.clock.now() - baselineLifeMs) return undefined;
	if ((baseline.epoch ?? "") !== context.epochs.current.name) return undefined;
	const positions = new Map(Object.entries(baseline.streams));
	const order = [...positions.keys()];
	for (const move of moves) {
		const [name, seq] = move.split(":") as [string, string];
		const stream = name.includes("_") ? name : order[Number.parseInt(name, 36)];
		if (stream === undefined) return undefined;
		positions.set(stream, Number.parseInt(seq, 36));
	}
	return positions;
}
