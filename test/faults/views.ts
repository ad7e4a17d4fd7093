import type { RoomEvent } from "../peers/fake-homeserver-rooms.ts";
import type { Arrival } from "../peers/remote-host.ts";
import type { Client } from "../support/client.ts";

/** The current texts of messages that one side shows, by name, without deleted ones. */
export type View = ReadonlyMap<string, string>;

/** The text of a message of a test, on every side and after every edit. */
export const textOf = (name: string, version = 1): string => `${name} v${version}`;
const shape = /\b(m\d+) v(\d+)\b/;
export const nameIn = (text: unknown): string | undefined => shape.exec(String(text))?.[1];
const shown = (text: unknown): string | undefined => shape.exec(String(text))?.[0];

/** What one side shows of a place, and the order in which it received the messages. */
export interface Side {
	readonly view: View;
	readonly order: readonly string[];
	/** Names of messages that it has more than once. */
	readonly duplicates: readonly string[];
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
			duplicates: order.filter((name, i) => order.indexOf(name) !== i),
		}),
	};
}

interface WireMessage {
	readonly id: string;
	readonly content: { readonly text: string };
	readonly deletedAt?: string;
	readonly reference?: { readonly id: string };
	readonly reactions: readonly { readonly key: string; readonly count: number }[];
}

/** Reads the whole timeline, oldest first. */
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

/** The provider's own side. A tombstone has no text and so no name: it is left out of the order. */
export async function providerSide(client: Client, messages: string): Promise<Side> {
	const side = collect();
	for (const { id, content } of await timelineOf(client, messages)) {
		const name = nameIn(content.text);
		if (name !== undefined) side.add(name, id, shown(content.text) ?? "");
	}
	return side.side();
}

/**
 * What a fediverse host shows of the activities of one actor (a person or a channel), if it processes every activity once.
 */
export function fediverseSide(ledger: readonly Arrival[], actor: string): Side {
	const side = collect();
	const seen = new Set<string>();
	for (const { id, accepted, activity } of ledger) {
		if (!accepted || activity.actor !== actor || seen.has(id)) continue;
		seen.add(id);
		const relayed = relayedActivity(activity);
		if (relayed === undefined) continue;
		const { type, object } = relayed;
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

/** The activity itself, or the one that it announces. */
function relayedActivity(activity: Arrival["activity"]): { id: string; type: string; object: unknown } | undefined {
	const relayed = activity.type === "Announce" ? activity.object : activity;
	return typeof relayed === "object" && relayed !== null
		? (relayed as { id: string; type: string; object: unknown })
		: undefined;
}

/** The ids of the edits of messages that a host received. */
export function editsIn(ledger: readonly Arrival[]): ReadonlySet<string> {
	const relayed = ledger.flatMap(({ activity }) => relayedActivity(activity) ?? []);
	return new Set(
		relayed.flatMap(({ id, type, object }) => (type === "Update" && nameIn(JSON.stringify(object)) ? [id] : [])),
	);
}

/** What a Matrix room shows. */
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

/** The number of repeated POSTs that reached a host. */
export const repeats = (ledger: readonly Arrival[]): number => ledger.length - new Set(ledger.map(({ id }) => id)).size;
