import { createHash } from "node:crypto";
import { listOf } from "../reading.ts";
import type { InboxContext, ReceivedActivity } from "./reader.ts";

/** The activities whose ids are kept, since some servers undo them by their id alone. A reaction is kept with its id by the core. */
export type KeptType = "Follow" | "Block";

const prefixes: Readonly<Record<KeptType, string>> = { Follow: "follow", Block: "block" };
export const keptTypes = Object.keys(prefixes) as readonly KeptType[];

const prefixOf = (type: KeptType, actor: string): string =>
	`${prefixes[type]}:${createHash("sha256").update(actor).digest("base64url")}:`;

/** How many of our actors one remote actor may follow, or block, with the ids being found. */
const maxPairs = 1000;
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
	const rows = await host.state.list(prefix, { limit: maxPairs });
	return rows.map(({ key, value }) => ({ type, key, object: key.slice(prefix.length), ids: idsIn(value) }));
}

/** Keeps the id of an activity. An id that is used again from now on only names the newest one, whatever their types. */
export async function keepId(context: Context, { actor, id }: ReceivedActivity, { type, object }: Kept): Promise<void> {
	const rows = (await Promise.all(keptTypes.map((other) => keptOf(context, other, actor)))).flat();
	const key = prefixOf(type, actor) + object;
	for (const row of rows)
		if (row.key !== key && row.ids.includes(id))
			await context.host.state.set(
				row.key,
				row.ids.filter((other) => other !== id),
			);
	const known = rows.find((row) => row.key === key)?.ids ?? [];
	await context.host.state.set(key, [id, ...known.filter((other) => other !== id)].slice(0, maxIds));
}

/** The sender's activity that had this id. @param types the types that it may have */
export async function keptBy(
	context: Context,
	{ actor }: ReceivedActivity,
	id: string,
	types: readonly KeptType[],
): Promise<Kept | undefined> {
	for (const type of types) {
		const found = (await keptOf(context, type, actor)).find(({ ids }) => ids.includes(id));
		if (found !== undefined) return found;
	}
	return undefined;
}
