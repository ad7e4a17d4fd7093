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

/** One line of a table of routes. */
export interface Route {
	readonly method: Endpoint["method"];
	readonly path: string;
	readonly auth: Auth;
	/** The rate limit that a request counts for. */
	readonly limit: LimitName;
	readonly operation: Operation;
	// oxlint-disable-next-line typescript/no-explicit-any -- a table holds operations with queries and bodies of every shape
	readonly handle: (call: Call<any, any>) => Promise<AnyAnswer>;
}

/** A line of a table, whose handler must return what its operation declares. */
export const route = <Its extends Operation>(
	method: Route["method"],
	path: string,
	auth: Auth,
	limit: LimitName,
	its: Its,
	handle: (call: CallOf<Its>) => Promise<AnswerOf<Its>>,
): Route => ({ method, path, auth, limit, operation: its, handle: handle as unknown as Route["handle"] });

/** What makes a request of an account the same one: its key counts for this route and this very path. */
export const onceFor = (
	account: Account,
	method: string,
	path: string,
	key: string | undefined,
	body: unknown,
): Idempotency => idempotencyOf(account.id, `${method} ${path}`, key, body);
