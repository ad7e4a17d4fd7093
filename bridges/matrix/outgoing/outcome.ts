import type { DeliveryResult } from "#bridge-kit";
import { HomeserverError } from "../homeserver.ts";

/** What a homeserver's no means for a delivery. @throws what is not the homeserver's */
export function outcomeOf(error: unknown): DeliveryResult {
	if (!(error instanceof HomeserverError)) throw error;
	const { status, errcode, retryAfterMs, message } = error;
	const reason = `${status} ${errcode} ${message}`.trim().slice(0, 300);
	// One homeserver stands behind every room: when it is away, everything waits for it.
	if (status === 0 || status === 429 || status >= 500)
		return { status: "retry", reason, lane: true, ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }) };
	if (errcode === "M_UNKNOWN_TOKEN" || errcode === "M_MISSING_TOKEN")
		return { status: "retry", reason, lane: true, afterMs: 60_000 };
	if (status === 404) return { status: "rejected", reason: "gone", detail: reason };
	if (status === 403) return { status: "rejected", reason: "forbidden", detail: reason };
	return { status: "rejected", reason: "invalid", detail: reason };
}
