import { Unavailable } from "#core/errors.ts";
import { OutboundFailure } from "#core/ports/http-client.ts";
import { StoreUnavailable } from "#core/ports/store.ts";

/** When a client should try again whose document or keys can't be fetched now. */
const retryAfterSeconds = 30;
const maxCauses = 8;

/** The problem of a client's document or keys that can't be fetched now. @param url which of them */
export const unavailableNow = (url: string): Unavailable =>
	new Unavailable(`${url} can't be fetched now`, retryAfterSeconds);

/** Whether a failed request for a client's document may succeed later; otherwise it is forbidden, or too large. */
export const mayPass = (error: unknown): boolean =>
	error instanceof OutboundFailure && error.kind !== "refused" && error.kind !== "too-large";

/** Whether a response of this status says nothing about the document. */
export const isTemporary = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** The temporary reason of an error of the library, which wraps what its callbacks throw. */
export function temporaryReason(error: unknown): Unavailable | undefined {
	let cause = error;
	for (let depth = 0; depth < maxCauses && cause instanceof Error; depth++, cause = cause.cause) {
		if (cause instanceof Unavailable) return cause;
		if (cause instanceof StoreUnavailable) return new Unavailable();
	}
	return undefined;
}
