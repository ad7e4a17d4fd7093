import { OutboundFailure } from "#core/ports/http-client.ts";
import { errors } from "./undici.ts";

/** What undici or the system throws, as the port's failure. The remote's own words stay in `cause`. */
export function toFailure(error: unknown): OutboundFailure {
	if (error instanceof OutboundFailure) return error;
	if (error instanceof errors.ConnectTimeoutError) {
		return new OutboundFailure("timeout", "No connection in time", { cause: error });
	}
	if (error instanceof errors.HeadersOverflowError) {
		return new OutboundFailure("too-large", "The answer's headers are too large", { cause: error });
	}
	if (error instanceof errors.InvalidArgumentError) {
		return new OutboundFailure("refused", "The request can't be written", { cause: error });
	}
	return new OutboundFailure("network", "The request was not answered", { cause: error });
}

export const tooLarge = (maxBytes: number): OutboundFailure =>
	new OutboundFailure("too-large", `The answer is larger than ${maxBytes} bytes`);

/** The connection was there, and ended: not one that could not be made. */
export function wasReused({ cause }: OutboundFailure): boolean {
	const { code } = (cause ?? {}) as { code?: string };
	return code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE";
}
