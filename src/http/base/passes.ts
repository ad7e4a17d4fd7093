import type { IncomingMessage } from "node:http";
import type { Pass } from "./admission.ts";

const passes = new WeakMap<IncomingMessage, Pass>();

/** Remembers the pass of a request, for {@link stepAside}. */
export const givePass = (request: IncomingMessage, pass: Pass): void => void passes.set(request, pass);

/** Steps aside while the body of a request arrives. */
export function stepAsideToReceive(request: IncomingMessage): void {
	if (request.complete) return;
	const comeBack = stepAside(request);
	request.once("end", comeBack).once("close", comeBack);
}

/**
 * From now until the returned function is called, a request waits for its client, which sends the body or reads the response. A slow client
 * must not keep out others, so its request doesn't count as under way meanwhile.
 */
export const stepAside = (request: IncomingMessage): (() => void) => passes.get(request)?.stepAside() ?? (() => {});
