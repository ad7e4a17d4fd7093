import { StoreUnavailable } from "../../core/ports/store.ts";

const duplicateKey = 11_000;
/** The client's errors for an unreachable server, by name, since the driver is loaded late. */
const outageNames =
	/^Mongo(Network|NetworkTimeout|ServerSelection|TopologyClosed|NotConnected|ClientClosed|OperationTimeout|WriteConcern|PoolCleared.*|PoolClosed|ConnectionPoolCleared|WaitQueueTimeout|Expired.*)Error$|^PoolClearedOnNetworkError$/;
/** The error codes of servers that change roles, shut down, or can't reach a majority in time. */
const outageCodes = new Set([6, 7, 50, 64, 89, 91, 189, 262, 9_001, 10_107, 11_600, 11_602, 13_435, 13_436, 14_031]);

/** The failure of one document of a bulk write. */
export interface WriteFailure {
	readonly index: number;
	readonly code: number;
	readonly message: string;
	readonly keyPattern: Readonly<Record<string, unknown>> | undefined;
}

/** True for a write that violates a unique index. */
export const isDuplicateKey = (error: unknown): boolean => codeOf(error) === duplicateKey;

/** The documents of an `insertMany` that were rejected as duplicates; `undefined` if it failed for another reason. */
export function refusedIn(error: unknown): readonly WriteFailure[] | undefined {
	const errors = (error as { writeErrors?: unknown } | undefined)?.writeErrors;
	const failures = [errors ?? []].flat() as { index: number; code: number; errmsg?: string; err?: object }[];
	if (failures.length === 0 || failures.some(({ code }) => code !== duplicateKey)) return undefined;
	return failures.map(({ index, code, errmsg, err }) => ({
		index,
		code,
		message: errmsg ?? "",
		keyPattern: (err as { keyPattern?: Record<string, unknown> } | undefined)?.keyPattern,
	}));
}

/** The name of the violated index, if the server reports it: in a key pattern, in a message, or not at all. */
export function violatedIndex(error: unknown): string | undefined {
	const { keyPattern, message = "" } = error as { keyPattern?: object; message?: string };
	const field = keyPattern && Object.keys(keyPattern)[0];
	return field?.replace(/_\d+$/, "") ?? /index: (?:[^ ]*\.\$)?([A-Za-z0-9_]+)/.exec(message)?.[1];
}

/** The error that callers see: an outage of the server becomes {@link StoreUnavailable}. */
export function publicError(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const away = outageNames.test(error.name) || outageCodes.has(codeOf(error));
	return away ? new StoreUnavailable("The database can't be reached now", { cause: error }) : error;
}

function codeOf(error: unknown): number {
	const code = (error as { code?: unknown } | undefined)?.code;
	return typeof code === "number" ? code : 0;
}
