import { OutboundFailure } from "#core/ports/http-client.ts";
import { errors } from "./undici.ts";

/** Converts an error of undici or the system to the port's failure. The remote server's own text stays in `cause`. */
export function toFailure(error: unknown): OutboundFailure {
	if (error instanceof OutboundFailure) return error;
	if (error instanceof errors.ConnectTimeoutError) {
		return new OutboundFailure("timeout", "The connection timed out", { cause: error });
	}
	if (error instanceof errors.HeadersOverflowError) {
		return new OutboundFailure("too-large", "The response headers are too large", { cause: error });
	}
	if (error instanceof errors.InvalidArgumentError) {
		return new OutboundFailure("refused", "The request is not valid HTTP", { cause: error });
	}
	return new OutboundFailure("network", "The request got no response", { cause: error });
}

export const tooLarge = (maxBytes: number): OutboundFailure =>
	new OutboundFailure("too-large", `The response is larger than ${maxBytes} bytes`);

/** Whether an established connection was lost, as opposed to one that could not be made. */
export function wasReused({ cause }: OutboundFailure): boolean {
	const { code } = (cause ?? {}) as { code?: string };
	return code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE";
}
