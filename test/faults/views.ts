import type { RoomEvent } from "../peers/fake-homeserver-rooms.ts";
import type { Arrival } from "../peers/remote-host.ts";
import type { Client } from "../support/client.ts";

/** What one side shows of a message: its text as it is now. What was deleted is not shown. */
export type View = ReadonlyMap<string, string>;

/** Every message of a test says `<name> v<version>`, on every side, through every edit. */
export const textOf = (name: string, version = 1): string => `${name} v${version}`;
const shape = /\b(m\d+) v(\d+)\b/;
export const nameIn = (text: unknown): string | undefined => shape.exec(String(text))?.[1];
const shown = (text: unknown): string | undefined => shape.exec(String(text))?.[0];

/** What one side shows of a place, and in which order it heard of the messages. */
export interface Side {
	readonly view: View;
	readonly order: readonly string[];
	/** Names of messages that it has twice. */
	readonly doubled: readonly string[];
}

function collect(): {
	readonly add: (name: string, id: string, text: string) => void;
	readonly edit: (id: string, text: string) => void;
	readonly remove: (id: string) => void;
	readonly side: () => Side;
} {
	const texts = new Map<string, { readonly name: string; text: string | undefined }>();
	const order: string[] = [];
	return {
		add(name, id, text) {
			if (texts.has(id)) return;
			texts.set(id, { name, text });
			order.push(name);
		},
		edit(id, text) {
			const known = texts.get(id);
			if (known?.text !== undefined) known.text = text;
		},
		remove(id) {
			const known = texts.get(id);
			if (known !== undefined) known.text = undefined;
		},
		side: () => ({
			view: new Map([...texts.values()].flatMap(({ name, text }) => (text === undefined ? [] : [[name, text]]))),
			order,
			doubled: order.filter((name, i) => order.indexOf(name) !== i),
		}),
	};
}

interface WireMessage {
	readonly id: string;
	readonly content: { readonly text: string };
	readonly deletedAt?: string;
	readonly reactions: readonly { readonly key: string; readonly count: number }[];
}

/** The whole timeline, oldest first. */
export async function timelineOf(client: Client, messages: string): Promise<readonly WireMessage[]> {
	const items: WireMessage[] = [];
	for (let cursor: string | undefined = ""; cursor !== undefined; ) {
		const page: { items: WireMessage[]; page: { nextCursor?: string } } = await client.call(
			"GET",
			`${messages}?direction=forward&limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`,
		);
		items.push(...page.items);
		cursor = page.page.nextCursor;
	}
	return items;
}

/** The provider's own side. A tombstone says nothing, so it has no name: it is left out of the order. */
export async function providerSide(client: Client, messages: string): Promise<Side> {
	const side = collect();
	for (const { id, content } of await timelineOf(client, messages)) {
		const name = nameIn(content.text);
		if (name !== undefined) side.add(name, id, shown(content.text) ?? "");
	}
	return side.side();
}

/**
 * What a fediverse host shows of what an actor tells (a person of theirs, a channel of what is said there), if it takes every
 * activity once.
 */
export function fediverseSide(ledger: readonly Arrival[], actor: string): Side {
	const side = collect();
	const seen = new Set<string>();
	for (const { id, taken, activity } of ledger) {
		if (!taken || activity.actor !== actor || seen.has(id)) continue;
		seen.add(id);
		const told = toldBy(activity);
		if (told === undefined) continue;
		const { type, object } = told;
		const about =
			typeof object === "object" && object !== null
				? (object as { id: string; content?: string })
				: { id: String(object) };
		const name = nameIn(about.content);
		if (type === "Create" && name !== undefined) side.add(name, about.id, shown(about.content) ?? "");
		if (type === "Update") side.edit(about.id, shown(about.content) ?? "");
		if (type === "Delete") side.remove(about.id);
	}
	return side.side();
}

/** The activity that an arrival tells of: itself, or the one that it announces. */
function toldBy(activity: Arrival["activity"]): { id: string; type: string; object: unknown } | undefined {
	const told = activity.type === "Announce" ? activity.object : activity;
	return typeof told === "object" && told !== null
		? (told as { id: string; type: string; object: unknown })
		: undefined;
}

/** The ids of the edits of messages that a host was told of. */
export function editsIn(ledger: readonly Arrival[]): ReadonlySet<string> {
	const told = ledger.flatMap(({ activity }) => toldBy(activity) ?? []);
	return new Set(
		told.flatMap(({ id, type, object }) => (type === "Update" && nameIn(JSON.stringify(object)) ? [id] : [])),
	);
}

/** What a room shows. */
export function roomSide(events: readonly RoomEvent[]): Side {
	const side = collect();
	for (const { type, event_id, content, unsigned } of events) {
		if (type !== "m.room.message") continue;
		const relation = content["m.relates_to"] as { rel_type?: string; event_id?: string } | undefined;
		const name = nameIn(content.body);
		if (relation?.rel_type === "m.replace") side.edit(relation.event_id ?? "", shown(content.body) ?? "");
		else if (name !== undefined && unsigned === undefined) side.add(name, event_id, shown(content.body) ?? "");
	}
	return side.side();
}

/** POSTs that reached a host more than once. */
export const repeats = (ledger: readonly Arrival[]): number => ledger.length - new Set(ledger.map(({ id }) => id)).size;
