import { accounts } from "../accounts/account.ts";
import { accountById } from "../accounts/find-account.ts";
import { appendAccountDeletion, eraseLateProfiles } from "../erasure/delete-account.ts";
import { eraseAccount, replaceOwnerOf } from "../erasure/erase.ts";
import { pagesOf } from "../events/pages.ts";
import { mergeKnownPairs } from "../federation/merge-known-pairs.ts";
import { noteNumberedPeople } from "../federation/numbered-people.ts";
import { endInChannels } from "../groups/end-in-channels.ts";
import { ensureFollowersChannel } from "../groups/followers-channel.ts";
import { hasEnded, memberships } from "../groups/membership.ts";
import { seedTiers } from "../groups/tiers.ts";
import type { IdentityContext } from "../identity/identity.ts";
import { type AccountId, parseId } from "../ids.ts";
import { countDeletedReplies } from "../messages/count-deleted-replies.ts";
import { type Bookmark, eraseLateTexts } from "../messages/erase-late-texts.ts";
import { indexTags } from "../messages/index-tags.ts";
import { isLocal } from "../model/account.ts";
import type { Collection } from "../ports/store.ts";

/** A migration that has begun: when it was completed, or the bookmark from which it goes on. */
type Progress = { readonly doneAt: number } | { readonly at: string };

/** The progress of migrations, by name. */
export const migrations: Collection<Progress> = { name: "migrations", version: 1, indexes: {} };

interface Migration {
	readonly name: string;
	/** Repeated after a crash; steps that are done are skipped. @throws the signal's reason when it is aborted */
	run(context: IdentityContext, signal: AbortSignal, bookmark: Bookmark): Promise<void>;
}

/** All migrations, in the order in which they run. New ones are appended, and none is ever removed. On a new database they do nothing. */
const all: readonly Migration[] = [
	{ name: "tiers-in-the-store", run: seedTiers },
	{ name: "erasure-of-its-own", run: finishErasures },
	{ name: "channels-for-followers", run: addFollowersChannels },
	{ name: "memberships-end-with-the-group", run: endLeftMemberships },
	{ name: "groups-keep-an-owner", run: replaceDeletedOwners },
	{ name: "index-of-tags", run: indexTags },
	{ name: "count-of-deleted-replies", run: countDeletedReplies },
	{ name: "one-account-for-each-remote-person", run: mergeKnownPairs },
	{ name: "texts-of-deleted-messages", run: eraseLateTexts },
	{ name: "profiles-of-deleted-accounts", run: eraseProfiles },
	{ name: "people-to-be-asked-for-their-handles", run: noteNumberedPeople },
];

/** How many accounts are migrated together, and after how many accounts progress is logged. */
const batch = 100;
const logEvery = 10_000;

/** Migrates the data of earlier versions. Called at start, before the port opens. */
export async function migrate(context: IdentityContext, signal: AbortSignal): Promise<void> {
	for (const { name, run } of all) {
		const progress = (await context.store.get(migrations, name))?.doc;
		if (progress !== undefined && "doneAt" in progress) continue;
		await run(context, signal, { at: progress?.at, keep: (at) => record(context, name, { at }) });
		await record(context, name, { doneAt: context.clock.now() });
	}
}

async function record({ store }: IdentityContext, name: string, progress: Progress): Promise<void> {
	const stored = await store.get(migrations, name);
	if (stored === undefined) await store.insertMissing(migrations, [{ id: name, doc: progress }]);
	else await store.replace(migrations, name, stored.rev, progress);
}

/** Erases deleted accounts whose deletion is still pending for the consumer `bridge`, which was responsible in earlier versions. */
async function finishErasures(context: IdentityContext, signal: AbortSignal): Promise<void> {
	for (let after: string | undefined; ; ) {
		const streams = await context.store.owedStreams("bridge", {
			limit: batch,
			...(after === undefined ? {} : { after }),
		});
		for (const stream of streams.filter((name) => name.startsWith("usr_"))) {
			const events = await context.store.owed("bridge", stream, { limit: 1000 });
			const isDeleted = events.some(({ type, pending }) => type === "account.deleted" && !pending.includes("erase"));
			if (isDeleted) await eraseAccount(context, stream as AccountId, signal);
		}
		after = streams.at(-1);
		if (streams.length < batch) return;
	}
}

/** Adds the channel for followers to local accounts. A shadow gets one with its first message for followers. */
async function addFollowersChannels(context: IdentityContext, signal: AbortSignal): Promise<void> {
	const { store, logger } = context;
	let seen = 0;
	for await (const page of pagesOf(store, accounts, { limit: batch, signal })) {
		const lacking = page.filter(
			({ doc }) => isLocal(doc) && doc.followers === undefined && doc.deletedAt === undefined,
		);
		await Promise.all(lacking.map(({ doc }) => ensureFollowersChannel(context, doc)));
		seen += page.length;
		if (seen % logEvery === 0) logger.info({ accounts: seen }, "Adding channels for followers to accounts");
	}
}

/** Ends the memberships in the channels of groups that their members had left: in earlier versions these remained. */
async function endLeftMemberships(context: IdentityContext, signal: AbortSignal): Promise<void> {
	for (let after = "grp_"; ; ) {
		const page = await context.store.page(memberships, { order: "asc", limit: batch, after: [after] });
		for (const { doc } of page) {
			signal.throwIfAborted();
			const group = parseId("grp", doc.place);
			const account = group !== undefined && hasEnded(doc) ? await accountById(context, doc.account) : undefined;
			if (group !== undefined && account !== undefined) await endInChannels(context, group, account, { which: "all" });
		}
		after = page.at(-1)?.id ?? after;
		if (page.length < batch || !after.startsWith("grp_")) return;
	}
}

/** Finds owners for the groups of accounts that were deleted: in earlier versions these stayed without one. */
async function replaceDeletedOwners(context: IdentityContext, signal: AbortSignal): Promise<void> {
	for await (const page of pagesOf(context.store, accounts, { limit: batch, signal })) {
		for (const { doc } of page)
			if (isLocal(doc) && doc.deletedAt !== undefined) await replaceOwnerOf(context, doc, signal);
	}
}

/** Erases the profiles of deleted accounts that are still in the log, and the accounts that were merged into these. */
async function eraseProfiles(context: IdentityContext, signal: AbortSignal): Promise<void> {
	for await (const page of pagesOf(context.store, accounts, { limit: batch, signal })) {
		for (const { doc } of page) {
			const into = doc.mergedInto === undefined ? undefined : await accountById(context, doc.mergedInto);
			if (doc.deletedAt !== undefined) await eraseLateProfiles(context, doc);
			else if (into?.deletedAt !== undefined) await appendAccountDeletion(context, doc);
		}
	}
}
