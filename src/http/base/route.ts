import { type Idempotency, idempotencyOf } from "#core/events/idempotency.ts";
import type { Account } from "#core/model/account.ts";
import type { AnyAnswer } from "./answers.ts";
import type { Call } from "./call.ts";
import type { LimitName } from "./limits.ts";
import type { AnswerOf, CallOf, Operation } from "./operation.ts";
import type { Endpoint } from "./table-door.ts";

/**
 * Who may call. `none`: everyone, credentials are ignored. `reader`: everyone, with or without a credential. `member`: people
 * whose home is here, with a token of scope `ofscp` or a signature. `participant`: people of other providers as well.
 * `registrar`: as `member`, or with a bootstrap token. `peer`: as `reader`, and other providers.
 */
export type Auth = "none" | "reader" | "member" | "participant" | "registrar" | "peer";

/** One row of a route table. */
export interface Route {
	readonly method: Endpoint["method"];
	readonly path: string;
	readonly auth: Auth;
	/** The rate limit that a request counts for. */
	readonly limit: LimitName;
	readonly operation: Operation;
	// oxlint-disable-next-line typescript/no-explicit-any -- a table holds operations with queries and bodies of all types
	readonly handle: (call: Call<any, any>) => Promise<AnyAnswer>;
}

/** Makes a row of a route table; the handler's return type is checked against the operation's responses. */
export const route = <Its extends Operation>(
	method: Route["method"],
	path: string,
	auth: Auth,
	limit: LimitName,
	its: Its,
	handle: (call: CallOf<Its>) => Promise<AnswerOf<Its>>,
): Route => ({ method, path, auth, limit, operation: its, handle: handle as unknown as Route["handle"] });

/** Identifies a repeated request of an account: its Idempotency-Key applies to this route and exact path. */
export const onceFor = (
	account: Account,
	method: string,
	path: string,
	key: string | undefined,
	body: unknown,
): Idempotency => idempotencyOf(account.id, `${method} ${path}`, key, body);
