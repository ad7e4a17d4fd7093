import type { ErrorCode, ErrorCodeOf } from "./error-codes.ts";

/** Something outside the program keeps it from starting; the message says in one line what to do about it. */
export class SetupError extends Error {
	constructor(message: string, options?: { cause: unknown }) {
		super(message, options);
		this.name = "SetupError";
	}
}

/** A field of the request that is wrong: where it stands and what was expected there. */
export interface FieldError {
	/** JSON pointer, or the name of a header or query parameter. */
	readonly field: string;
	readonly expected: string;
}

/**
 * A problem that the caller may know of (RFC 9457). One class per public problem; `detail` is public, what is private goes
 * to the log as `cause`. `http/middleware/problem.ts` is the one renderer.
 */
export abstract class Problem extends Error {
	abstract readonly status: number;
	abstract readonly title: string;
	readonly errorCode: ErrorCode;
	/** Further members of the problem document. */
	readonly extra: Readonly<Record<string, unknown>>;
	constructor(errorCode: ErrorCode, detail: string, extra: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
		super(detail, cause === undefined ? undefined : { cause });
		this.name = new.target.name;
		this.errorCode = errorCode;
		this.extra = extra;
	}
}

export class InvalidRequest extends Problem {
	readonly status = 400;
	readonly title = "Invalid request";
	constructor(errors: readonly FieldError[], errorCode: ErrorCodeOf<400> = "invalid_request") {
		super(errorCode, errors.map((e) => `${e.field}: expected ${e.expected}`).join("; "), { errors });
	}
}

export class Unauthenticated extends Problem {
	readonly status = 401;
	readonly title = "Not authenticated";
	constructor(detail = "A valid access token is needed", errorCode: ErrorCodeOf<401> = "invalid_token") {
		super(errorCode, detail);
	}
}

export class PermissionDenied extends Problem {
	readonly status = 403;
	readonly title = "Not allowed";
	constructor(detail: string, errorCode: ErrorCodeOf<403> = "permission_denied") {
		super(errorCode, detail);
	}
}

/** Unknown, unreadable and forbidden-to-know things: one body for all of them, so that none can be told from the others. */
export class NotFound extends Problem {
	readonly status = 404;
	readonly title = "Not found";
	constructor() {
		super("not_found", "There is nothing here, or you may not see it");
	}
}

export class Conflict extends Problem {
	readonly status = 409;
	readonly title = "Conflict";
	constructor(errorCode: ErrorCodeOf<409>, detail: string, extra?: Readonly<Record<string, unknown>>) {
		super(errorCode, detail, extra);
	}
}

export class Gone extends Problem {
	readonly status = 410;
	readonly title = "Gone";
	constructor(detail = "It was here and has been deleted") {
		super("gone", detail);
	}
}

/** The caller's copy is not the present version (`If-Match`). */
export class PreconditionFailed extends Problem {
	readonly status = 412;
	readonly title = "Precondition failed";
	constructor() {
		super("precondition_failed", "It has changed since you read it");
	}
}

export class PayloadTooLarge extends Problem {
	readonly status = 413;
	readonly title = "Too large";
	constructor(limit: string) {
		super("payload_too_large", `At most ${limit}`);
	}
}

export class UnsupportedMediaType extends Problem {
	readonly status = 415;
	readonly title = "Unsupported media type";
	constructor(expected: string) {
		super("unsupported_media_type", `Expected ${expected}`);
	}
}

export class MethodNotAllowed extends Problem {
	readonly status = 405;
	readonly title = "Method not allowed";
	/** The methods that there are, for the `Allow` header. */
	readonly allow: string;
	constructor(allow: string) {
		super("method_not_allowed", `Expected ${allow}`);
		this.allow = allow;
	}
}

export class NotAcceptable extends Problem {
	readonly status = 406;
	readonly title = "Not acceptable";
	constructor(offered: string) {
		super("not_acceptable", `This resource is offered as ${offered}`);
	}
}

export class TooManyRequests extends Problem {
	readonly status = 429;
	readonly title = "Too many requests";
	readonly retryAfterSeconds: number;
	constructor(retryAfterSeconds: number) {
		super("too_many_requests", `Try again in ${retryAfterSeconds} s`);
		this.retryAfterSeconds = retryAfterSeconds;
	}
}

/** A passing trouble of ours. */
export class Unavailable extends Problem {
	readonly status = 503;
	readonly title = "Temporarily unavailable";
	readonly retryAfterSeconds: number;
	constructor(detail = "Try again soon", retryAfterSeconds = 2, cause?: unknown) {
		super("unavailable", detail, {}, cause);
		this.retryAfterSeconds = retryAfterSeconds;
	}
}
