import { createHash } from "node:crypto";
import { listOf } from "../reading.ts";
import type { InboxContext, ReceivedActivity } from "./reader.ts";

/**
 * The activities whose ids are kept, since some servers undo them by their id alone. A reaction is kept with its id by the core. `Other`: an
 * activity without effect here that has used the id of one with an effect again.
 */
export type KeptType = "Follow" | "Block" | "Other";

const prefixes: Readonly<Record<KeptType, string>> = { Follow: "follow", Block: "block", Other: "other" };
export const keptTypes = Object.keys(prefixes) as readonly KeptType[];

const prefixOf = (type: KeptType, actor: string): string =>
	`${prefixes[type]}:${createHash("sha256").update(actor).digest("base64url")}:`;

/** How many of our actors one remote actor may follow, or block, with the ids being found. */
const maxPairs = 1000;
/** Most actors follow few of ours. */
const pageSize = 20;
/** How many ids are kept of the activities of one type from one actor to one of ours, newest first: an older one may arrive once more. */
const maxIds = 8;

/** The ids of a pair's activities; an earlier version kept one. */
const idsIn = (value: unknown): readonly string[] => listOf(value).filter((id) => typeof id === "string");

type Context = Pick<InboxContext, "host">;

/** An activity whose id is kept. */
export interface Kept {
	readonly type: KeptType;
	/** Our actor, as the activity named it. */
	readonly object: string;
}

async function keptOf({ host }: Context, type: KeptType, actor: string) {
	const prefix = prefixOf(type, actor);
	const rows: { readonly key: string; readonly value: unknown }[] = [];
	for (let after = prefix; rows.length < maxPairs; ) {
		const page = await host.state.list(prefix, { after, limit: pageSize });
		rows.push(...page);
		after = page.at(-1)?.key ?? after;
		if (page.length < pageSize) break;
	}
	return rows.map(({ key, value }) => ({ type, key, object: key.slice(prefix.length), ids: idsIn(value) }));
}

const rowsOf = async (context: Context, actor: string) =>
	(await Promise.all(keptTypes.map((type) => keptOf(context, type, actor)))).flat();
type Rows = Awaited<ReturnType<typeof rowsOf>>;

/** Keeps the id of an activity. An id that is used again from now on only names the newest one, whatever their types. */
export async function keepId(context: Context, received: ReceivedActivity, kept: Kept): Promise<void> {
	await keepIn(context, await rowsOf(context, received.actor), received, kept);
}

async function keepIn(
	context: Context,
	rows: Rows,
	{ actor, id }: Pick<ReceivedActivity, "actor" | "id">,
	{ type, object }: Kept,
): Promise<void> {
	const key = prefixOf(type, actor) + object;
	await forget(
		context,
		rows.filter((row) => row.key !== key),
		id,
	);
	const known = rows.find((row) => row.key === key)?.ids ?? [];
	await context.host.state.set(key, [id, ...known.filter((other) => other !== id)].slice(0, maxIds));
}

async function forget({ host }: Context, rows: Rows, id: string): Promise<void> {
	for (const row of rows)
		if (row.ids.includes(id))
			await host.state.set(
				row.key,
				row.ids.filter((other) => other !== id),
			);
}

/**
 * Notes that an activity of a type that is not kept has an id. If a follow or block had it, it does not name that one any more.
 *
 * @param isReaction a reaction is found by its id; anything else has no effect here, and nor has its `Undo`
 */
export async function noteId(
	context: Context,
	activity: Pick<ReceivedActivity, "actor" | "id">,
	{ isReaction }: { readonly isReaction: boolean },
): Promise<void> {
	const rows = await rowsOf(context, activity.actor);
	if (!rows.some(({ ids }) => ids.includes(activity.id))) return;
	if (isReaction) await forget(context, rows, activity.id);
	else await keepIn(context, rows, activity, { type: "Other", object: "anything" });
}

/** The sender's activity that had this id. @param types the types that it may have */
export async function keptBy(
	context: Context,
	{ actor }: Pick<ReceivedActivity, "actor">,
	id: string,
	types: readonly KeptType[],
): Promise<Kept | undefined> {
	for (const type of types) {
		const found = (await keptOf(context, type, actor)).find(({ ids }) => ids.includes(id));
		if (found !== undefined) return found;
	}
	return undefined;
}
