import type { ErrorCode, ErrorCodeOf } from "./error-codes.ts";

/** The program can't start, for a reason outside of it. The message says in one line what to do about it. */
export class SetupError extends Error {
	constructor(message: string, options?: { cause: unknown }) {
		super(message, options);
		this.name = "SetupError";
	}
}

/** An invalid field of a request: where it is and what was expected there. */
export interface FieldError {
	/** JSON pointer, or the name of a header or query parameter. */
	readonly field: string;
	readonly expected: string;
}

/**
 * A problem that is reported to the caller (RFC 9457), with one class per status. `detail` is public; private details belong in
 * `cause`, which is only logged. `http/middleware/problem.ts` renders all of them.
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

/** 400: some fields, parameters or headers of the request are invalid; all of them are listed. */
export class InvalidRequest extends Problem {
	readonly status = 400;
	readonly title = "Invalid request";
	constructor(errors: readonly FieldError[], errorCode: ErrorCodeOf<400> = "invalid_request") {
		super(errorCode, errors.map((e) => `${e.field}: expected ${e.expected}`).join("; "), { errors });
	}
}

/** 401: the request has no valid credential. */
export class Unauthenticated extends Problem {
	readonly status = 401;
	readonly title = "Not authenticated";
	constructor(detail = "A valid access token is needed", errorCode: ErrorCodeOf<401> = "invalid_token") {
		super(errorCode, detail);
	}
}

/** 403: the caller may not do this. For what the caller may not even see, throw {@link NotFound}. */
export class PermissionDenied extends Problem {
	readonly status = 403;
	readonly title = "Not allowed";
	constructor(detail: string, errorCode: ErrorCodeOf<403> = "permission_denied") {
		super(errorCode, detail);
	}
}

/** 404: the resource does not exist, or the caller may not know that it does. One body for both, so that they can't be told apart. */
export class NotFound extends Problem {
	readonly status = 404;
	readonly title = "Not found";
	constructor() {
		super("not_found", "There is nothing here, or you may not see it");
	}
}

/** 409: the request contradicts the current state. */
export class Conflict extends Problem {
	readonly status = 409;
	readonly title = "Conflict";
	constructor(errorCode: ErrorCodeOf<409>, detail: string, extra?: Readonly<Record<string, unknown>>) {
		super(errorCode, detail, extra);
	}
}

/** 410: the resource has been deleted. */
export class Gone extends Problem {
	readonly status = 410;
	readonly title = "Gone";
	constructor(detail = "This resource has been deleted") {
		super("gone", detail);
	}
}

/** 412: `If-Match` does not name the current version. */
export class PreconditionFailed extends Problem {
	readonly status = 412;
	readonly title = "Precondition failed";
	constructor() {
		super("precondition_failed", "The resource has changed since you read it");
	}
}

/** 413: the body is too large. */
export class PayloadTooLarge extends Problem {
	readonly status = 413;
	readonly title = "Too large";
	constructor(limit: string) {
		super("payload_too_large", `At most ${limit}`);
	}
}

/** 415: the body has a media type that the operation does not accept. */
export class UnsupportedMediaType extends Problem {
	readonly status = 415;
	readonly title = "Unsupported media type";
	constructor(expected: string) {
		super("unsupported_media_type", `Expected ${expected}`);
	}
}

/** 405: the path does not support this method. */
export class MethodNotAllowed extends Problem {
	readonly status = 405;
	readonly title = "Method not allowed";
	/** The methods that the path supports, for the `Allow` header. */
	readonly allow: string;
	constructor(allow: string) {
		super("method_not_allowed", `Expected ${allow}`);
		this.allow = allow;
	}
}

/** 406: the resource is not available in a media type that the client accepts. */
export class NotAcceptable extends Problem {
	readonly status = 406;
	readonly title = "Not acceptable";
	constructor(offered: string) {
		super("not_acceptable", `This resource is offered as ${offered}`);
	}
}

/** 429: a rate limit is exhausted. */
export class TooManyRequests extends Problem {
	readonly status = 429;
	readonly title = "Too many requests";
	readonly retryAfterSeconds: number;
	constructor(
		retryAfterSeconds: number,
		detail = `Try again in ${retryAfterSeconds} s`,
		errorCode: ErrorCodeOf<429> = "too_many_requests",
	) {
		super(errorCode, detail);
		this.retryAfterSeconds = retryAfterSeconds;
	}
}

/** 503: a temporary failure on our side, or of a server whose answer we need. Peers treat most 4xx as final, so a temporary failure must never be one. */
export class Unavailable extends Problem {
	readonly status = 503;
	readonly title = "Temporarily unavailable";
	readonly retryAfterSeconds: number;
	constructor(
		detail = "Try again soon",
		retryAfterSeconds = 2,
		cause?: unknown,
		errorCode: ErrorCodeOf<503> = "unavailable",
	) {
		super(errorCode, detail, {}, cause);
		this.retryAfterSeconds = retryAfterSeconds;
	}
}
