import { maxRawBytes, type RemoteEvent } from "../../ports/bridge/remote-event.ts";

/**
 * The event without a raw original that is too long to be kept: only its id remains. A bridge that knows what matters in it cuts it itself,
 * before.
 */
export function fitRaw(event: RemoteEvent): RemoteEvent {
	const json = JSON.stringify(event.raw) ?? "";
	// No character takes more than three bytes for each of its UTF-16 units.
	if (json.length * 3 <= maxRawBytes || Buffer.byteLength(json) <= maxRawBytes) return event;
	return { ...event, raw: event.id };
}
