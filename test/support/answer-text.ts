import type { BridgeResponse } from "#core/ports/bridge/request.ts";

/** The body of a bridge's answer, which is no stream. */
export function textOf({ body = "" }: BridgeResponse): string {
	if (typeof body === "string" || Buffer.isBuffer(body)) return body.toString();
	throw new Error("The answer is a stream");
}
