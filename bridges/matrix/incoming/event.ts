/** An event as a homeserver sends it (client-server API, "Room events"), after its fields have been checked. */
export interface MatrixEvent {
	readonly type: string;
	readonly event_id: string;
	readonly room_id: string;
	readonly sender: string;
	readonly state_key?: string;
	readonly content: Readonly<Record<string, unknown>>;
	readonly redacts?: unknown;
	readonly origin_server_ts?: number;
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** Checks the fields of an event; `undefined`: it is not a valid one. */
export function readEvent(value: unknown): MatrixEvent | undefined {
	if (!isRecord(value)) return undefined;
	const { type, event_id, room_id, sender, state_key, content, redacts, origin_server_ts } = value;
	if (!isText(type) || !isText(event_id) || !isText(room_id) || !isText(sender) || !sender.startsWith("@"))
		return undefined;
	return {
		type,
		event_id,
		room_id,
		sender,
		content: isRecord(content) ? content : {},
		...(typeof state_key === "string" ? { state_key } : {}),
		...(redacts === undefined ? {} : { redacts }),
		...(isTime(origin_server_ts) ? { origin_server_ts } : {}),
	};
}

const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

const isText = (value: unknown): value is string => typeof value === "string" && value !== "" && value.length <= 512;

/** What an event refers to (`m.relates_to`). */
export function relationOf(content: MatrixEvent["content"]): {
	readonly replaces?: string;
	readonly annotates?: string;
	readonly key?: string;
	readonly repliesTo?: string;
} {
	const relation = content["m.relates_to"];
	if (!isRecord(relation)) return {};
	const { rel_type, event_id, key, is_falling_back } = relation;
	const target = isText(event_id) ? event_id : undefined;
	if (rel_type === "m.replace" && target !== undefined) return { replaces: target };
	if (rel_type === "m.annotation" && target !== undefined && typeof key === "string") return { annotates: target, key };
	const reply = relation["m.in_reply_to"];
	// A message in a thread is a reply to the thread's root unless it names another message; the fallback only names the latest one.
	if (rel_type === "m.thread" && target !== undefined && (is_falling_back === true || !isRecord(reply)))
		return { repliesTo: target };
	return isRecord(reply) && isText(reply.event_id) ? { repliesTo: reply.event_id } : {};
}
