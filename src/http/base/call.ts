import type { Idempotency } from "#core/events/idempotency.ts";
import type { Principal } from "#core/identity/principal.ts";
import type { Account } from "#core/model/account.ts";
import type { Peer } from "./peer.ts";

/** A request, checked. */
export interface Call<Query = unknown, Body = unknown> {
	readonly params: Readonly<Record<string, string>>;
	readonly query: Query;
	readonly body: Body;
	/** The caller's account; undefined: an anonymous caller. */
	readonly reader: Account | undefined;
	/** The caller's account, on routes that need one. */
	readonly account: Account;
	readonly principal: Principal;
	/** The provider that asks, on routes for providers. */
	readonly peer: Peer | undefined;
	/** The caller's address. */
	readonly from: string;
	/** What makes the request the same one when it is repeated (OFSCP §6.1). */
	readonly once: Idempotency;
	header(name: string): string | undefined;
}
