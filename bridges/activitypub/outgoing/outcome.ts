import { type DeliveryResult, OutboundFailure, type OutboundStatus } from "#bridge-kit";

/**
 * What an inbox's answer means (reference §5.9): most 4xx are final, other errors are retried, 429 and 503 pause the whole host. Only 410
 * says that the inbox is gone; a proxy answers 404 while its backend restarts.
 */
export function outcomeOf({ status, headers }: OutboundStatus, now: number): DeliveryResult {
	if (status >= 200 && status < 300) return { status: "delivered" };
	if (status === 410) return { status: "rejected", reason: "gone", detail: `HTTP ${status}` };
	if (status < 400 || status >= 500 || status === 401 || status === 404 || status === 408 || status === 429) {
		const afterMs = retryAfter(headers["retry-after"], now);
		const isHost = status === 429 || status === 503;
		return {
			status: "retry",
			reason: `HTTP ${status}`,
			...(afterMs === undefined ? {} : { afterMs }),
			...(isHost ? { lane: true } : {}),
			...(status === 404 ? { missing: true } : {}),
		};
	}
	return { status: "rejected", reason: status === 403 ? "forbidden" : "invalid", detail: `HTTP ${status}` };
}

/** What it means that there was no answer. @throws an error that is not an {@link OutboundFailure} */
export function outcomeOfFailure(failure: unknown): DeliveryResult {
	if (!(failure instanceof OutboundFailure)) throw failure;
	return outcomes[failure.kind](failure.message);
}

const outcomes: Readonly<Record<OutboundFailure["kind"], (message: string) => DeliveryResult>> = {
	refused: (detail) => ({ status: "rejected", reason: "forbidden", detail }),
	network: (reason) => ({ status: "retry", reason, lane: true }),
	timeout: (reason) => ({ status: "retry", reason, lane: true }),
	// The host answers, but we had too much to ask it: only this delivery is late.
	busy: (reason) => ({ status: "retry", reason }),
	// The host answered, with more than we read: the host itself is fine.
	"too-large": (reason) => ({ status: "retry", reason }),
};

/** Milliseconds from now; a `Retry-After` is a number of seconds or a date (RFC 9110 §10.2.3). */
function retryAfter(header: string | undefined, now: number): number | undefined {
	if (header === undefined) return undefined;
	const wait = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
	return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}
