import { createHash } from "node:crypto";
import { Conflict } from "../errors.ts";
import type { AccountId } from "../ids.ts";
import type { Draft } from "../ports/store.ts";
import type { EventOf, EventType } from "./event.ts";
import type { AppendedOf } from "./log.ts";

/** Identifies a repeated request (`Idempotency-Key`, OFSCP §6.1): by its unique key and a fingerprint of its body. */
export interface Idempotency {
	readonly request?: string;
	readonly fingerprint?: string;
}

/** The unique key and the fingerprint of a request with an `Idempotency-Key`; empty for a request without one. */
export function idempotencyOf(actor: AccountId, route: string, key: string | undefined, body: unknown): Idempotency {
	if (key === undefined) return {};
	return {
		request: `idem:${actor}:${route}:${key.toLowerCase()}`,
		fingerprint: createHash("sha256").update(canonical(body)).digest("base64url"),
	};
}

/** How long a repeated request is recognised, in milliseconds (OFSCP §6.1: 24 h). Afterwards its key makes a new request. */
const keptMs = 86_400_000;

/** The request key of the event that a request creates. */
export const requestKeyOf = ({ request }: Idempotency): Pick<Draft, "request" | "requestMs"> =>
	request === undefined ? {} : { request, requestMs: keptMs };

/** JSON with sorted keys, so that equal bodies have equal fingerprints. */
function canonical(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
	const entries = Object.entries(value).filter(([, v]) => v !== undefined);
	return `{${entries
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`)
		.join(",")}}`;
}

/**
 * The event that this request has created, now or when it was first sent (`replayed`).
 *
 * @throws {Conflict} `idempotency_key_reused` if the key was used for another request
 */
export function eventOfRequest<T extends EventType>(
	appended: AppendedOf<T>,
	idempotency: Idempotency,
	type: T,
): { event: EventOf<T>; replayed: boolean } {
	if (appended.outcome === "appended") return { event: appended.event, replayed: false };
	if (appended.outcome === "moved") throw new Error("An append that depends on nothing was answered with `moved`");
	const event = appended.event as EventOf<T>;
	const { fingerprint, erased } = event.body as { fingerprint?: string; erased?: true };
	// The body of an erased event has lost its fingerprint: the answer is what remains of the event.
	if (event.type !== type || (fingerprint !== idempotency.fingerprint && erased !== true)) {
		throw new Conflict("idempotency_key_reused", "This Idempotency-Key was used for another request");
	}
	return { event, replayed: true };
}
