import { accounts } from "../accounts/account.ts";
import { eraseAccount } from "../erasure/erase.ts";
import { ensureFollowersChannel } from "../groups/followers-channel.ts";
import { seedTiers } from "../groups/tiers.ts";
import type { IdentityWorld } from "../identity/identity.ts";
import type { AccountId } from "../ids.ts";
import { isLocal } from "../model/account.ts";
import type { Collection } from "../ports/store.ts";

/** The migrations that are done, by their names. */
export const migrations: Collection<{ readonly doneAt: number }> = { name: "migrations", version: 1, indexes: {} };

interface Migration {
	readonly name: string;
	/** Begun again after a crash: what is done already is skipped. @throws the signal's reason when it is aborted */
	run(world: IdentityWorld, signal: AbortSignal): Promise<void>;
}

/** In the order in which they run; only ever added to. What a new database has from the beginning costs them nothing. */
const all: readonly Migration[] = [
	{ name: "tiers-in-the-store", run: seedTiers },
	{ name: "erasure-of-its-own", run: finishErasures },
	{ name: "channels-for-followers", run: addFollowersChannels },
];

/** Accounts that are brought over together, and after how many the log says how far it is. */
const batch = 100;
const tellEvery = 10_000;

/** Brings what an earlier version of the program wrote to what this one expects. Called at start, before the port opens. */
export async function migrate(world: IdentityWorld, signal: AbortSignal): Promise<void> {
	for (const { name, run } of all) {
		if ((await world.store.get(migrations, name)) !== undefined) continue;
		await run(world, signal);
		await world.store.insertMissing(migrations, [{ id: name, doc: { doneAt: world.clock.now() } }]);
	}
}

/** What a deleted account left behind was erased by the consumer that plans deliveries; deletions that it had not come to. */
async function finishErasures(world: IdentityWorld, signal: AbortSignal): Promise<void> {
	for (let after: string | undefined; ; ) {
		const streams = await world.store.owedStreams("bridge", {
			limit: batch,
			...(after === undefined ? {} : { after }),
		});
		for (const stream of streams.filter((name) => name.startsWith("usr_"))) {
			const events = await world.store.owed("bridge", stream, { limit: 1000 });
			const isDeleted = events.some(({ type, pending }) => type === "account.deleted" && !pending.includes("erase"));
			if (isDeleted) await eraseAccount(world, stream as AccountId, signal);
		}
		after = streams.at(-1);
		if (streams.length < batch) return;
	}
}

/** Every account of ours has a channel that its followers read; a shadow gets one when its first such message arrives. */
async function addFollowersChannels(world: IdentityWorld, signal: AbortSignal): Promise<void> {
	const { store, logger } = world;
	let seen = 0;
	for (let after: string | undefined; ; ) {
		signal.throwIfAborted();
		const page = await store.page(accounts, {
			order: "asc",
			limit: batch,
			...(after === undefined ? {} : { after: [after] }),
		});
		const lacking = page.filter(
			({ doc }) => isLocal(doc) && doc.followers === undefined && doc.deletedAt === undefined,
		);
		await Promise.all(lacking.map(({ doc }) => ensureFollowersChannel(world, doc)));
		seen += page.length;
		if (seen % tellEvery === 0) logger.info({ accounts: seen }, "Accounts get channels for their followers");
		after = page.at(-1)?.id;
		if (page.length < batch) return;
	}
}
