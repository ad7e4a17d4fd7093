import type { ZodType } from "zod";
import type { Once } from "#core/events/once.ts";
import { onceOf } from "#core/events/once.ts";
import type { Principal } from "#core/identity/principal.ts";
import type { Account } from "#core/model/account.ts";
import type { LimitName } from "./limits.ts";
import type { Peer } from "./peer.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Who may call. `none`: nobody in particular. `reader`: anybody, but who sends a credential is known by it. `member`:
 * our own people, by a token with the scope `ofscp` or a signature. `participant`: people of other providers as well.
 * `registrar`: as `member`, or a bootstrap token. `peer`: as `reader`, and other providers.
 */
export type Auth = "none" | "reader" | "member" | "participant" | "registrar" | "peer";

/** A request, checked. */
export interface Call<Query = unknown, Body = unknown> {
	readonly params: Readonly<Record<string, string>>;
	readonly query: Query;
	readonly body: Body;
	/** Who asks; undefined: nobody in particular. */
	readonly reader: Account | undefined;
	/** Who asks, on routes for members. */
	readonly account: Account;
	readonly principal: Principal;
	/** The provider that asks, on routes for them. */
	readonly peer: Peer | undefined;
	/** The caller's address. */
	readonly from: string;
	/** What makes the request the same one when it is repeated (OFSCP §6.1). */
	readonly once: Once;
	header(name: string): string | undefined;
}

export interface Answer {
	readonly status: number;
	/** Written as JSON; a stream as it comes; absent: no body. */
	readonly body?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
}

/** What of a request is checked before its handler sees it, and what the OpenAPI document says of it. */
export interface Shape<Query, Body> {
	readonly query?: ZodType<Query>;
	readonly body?: ZodType<Body>;
	/** The media type of a body that is a stream. */
	readonly streams?: string;
	/** Successful statuses, the usual one first. */
	readonly answers?: readonly number[];
	/** Codes of problems of its own, beside those of every route. */
	readonly errors?: readonly string[];
}

export interface Route<Query = never, Body = never> extends Shape<Query, Body> {
	readonly method: Method;
	readonly path: string;
	readonly auth: Auth;
	readonly limit: LimitName;
	readonly handle: (call: Call<Query, Body>) => Promise<Answer>;
}
// oxlint-disable-next-line typescript/no-explicit-any -- a table holds routes with queries and bodies of every shape
export type AnyRoute = Route<any, any>;

/** One line of a table of routes. */
export function route<Query = unknown, Body = unknown>(
	method: Method,
	path: string,
	auth: Auth,
	limit: LimitName,
	shape: Shape<Query, Body>,
	handle: (call: Call<Query, Body>) => Promise<Answer>,
): AnyRoute {
	return { method, path, auth, limit, ...shape, handle };
}

/** What makes a request of an account the same one: its key counts for this route and this very path. */
export const onceFor = (account: Account, method: string, path: string, key: string | undefined, body: unknown): Once =>
	onceOf(account.id, `${method} ${path}`, key, body);

export const ok = (body: unknown, headers?: Answer["headers"]): Answer => ({
	status: 200,
	body,
	...(headers === undefined ? {} : { headers }),
});
export const created = (location: string, body: unknown, headers?: Answer["headers"]): Answer => ({
	status: 201,
	body,
	headers: { Location: location, ...headers },
});
export const noContent: Answer = { status: 204 };
