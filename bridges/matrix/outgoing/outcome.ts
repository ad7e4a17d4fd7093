import type { DeliveryResult } from "#bridge-kit";
import { HomeserverError } from "../homeserver.ts";

/** What a homeserver's error means for a delivery. @throws an error that is not a {@link HomeserverError} */
export function outcomeOf(error: unknown): DeliveryResult {
	if (!(error instanceof HomeserverError)) throw error;
	const { status, errcode, retryAfterMs, message } = error;
	const reason = `${status} ${errcode} ${message}`.trim().slice(0, 300);
	// All rooms are reached through one homeserver: when it is down, the whole lane waits.
	if (status === 0 || status === 429 || status >= 500)
		return { status: "retry", reason, lane: true, ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }) };
	if (status === 413) return { status: "rejected", reason: "invalid", detail: reason };
	// The same when it does not know our token, or when a proxy answers in its place.
	if (status === 401 || errcode === "M_UNKNOWN_TOKEN" || errcode === "M_UNRECOGNIZED" || errcode === "")
		return { status: "retry", reason, lane: true, afterMs: 60_000 };
	if (status === 404) return { status: "rejected", reason: "gone", detail: reason };
	return { status: "rejected", reason: status === 403 ? "forbidden" : "invalid", detail: reason };
}
