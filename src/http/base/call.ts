import type { Idempotency } from "#core/events/idempotency.ts";
import type { Principal } from "#core/identity/principal.ts";
import type { Account } from "#core/model/account.ts";
import type { Peer } from "./peer.ts";

/** A validated request. */
export interface Call<Query = unknown, Body = unknown> {
	readonly params: Readonly<Record<string, string>>;
	readonly query: Query;
	readonly body: Body;
	/** The caller's account; undefined for anonymous callers. */
	readonly reader: Account | undefined;
	/** The caller's account, on routes that require one. */
	readonly account: Account;
	readonly principal: Principal;
	/** The calling provider, on routes for providers. */
	readonly peer: Peer | undefined;
	/** The caller's IP address. */
	readonly from: string;
	/** Identifies repetitions of the request (OFSCP §6.1). */
	readonly once: Idempotency;
	header(name: string): string | undefined;
}
