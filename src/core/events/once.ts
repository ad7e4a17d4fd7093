import { createHash } from "node:crypto";
import { Conflict } from "../errors.ts";
import type { AccountId } from "../ids.ts";
import type { EventOf, EventType } from "./event.ts";
import type { AppendedOf } from "./log.ts";

/** What makes a request the same request (`reference` of the header: OFSCP §6.1): its key, and what it asked for. */
export interface Once {
	readonly request?: string;
	readonly fingerprint?: string;
}

/** The unique key of a request with an `Idempotency-Key`, and the fingerprint of its body. */
export function onceOf(actor: AccountId, route: string, key: string | undefined, body: unknown): Once {
	if (key === undefined) return {};
	return {
		request: `idem:${actor}:${route}:${key.toLowerCase()}`,
		fingerprint: createHash("sha256").update(canonical(body)).digest("base64url"),
	};
}

/** JSON with sorted keys: two bodies that say the same have one fingerprint. */
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
 * The event that this request made, now or when it was first sent.
 *
 * @throws {Conflict} `idempotency_key_reused` the key stands for another request
 */
export function duplicateOf<T extends EventType>(
	appended: AppendedOf<T>,
	once: Once,
	type: T,
): { event: EventOf<T>; replayed: boolean } {
	if (appended.outcome === "appended") return { event: appended.event, replayed: false };
	if (appended.outcome === "moved") throw new Error("An append without a precondition has moved");
	const event = appended.event as EventOf<T>;
	const { fingerprint, erased } = event.body as { fingerprint?: string; erased?: true };
	// What has been deleted since says no more what was asked for: the answer is what remains of it.
	if (event.type !== type || (fingerprint !== once.fingerprint && erased !== true)) {
		throw new Conflict("idempotency_key_reused", "This Idempotency-Key was used for another request");
	}
	return { event, replayed: true };
}
