import type { ErrorCode } from "#core/error-codes.ts";
import type { Route } from "./route.ts";

/** `server.ts` and `gate.ts` answer some of them before there is a route. */
const always = [
	"too_many_requests",
	"request_timeout",
	"headers_too_large",
	"internal_error",
	"overloaded",
	"unavailable",
] as const satisfies readonly ErrorCode[];

/** The codes of invalid or insufficient credentials. Verifying a signature includes reading the whole body. */
const ofCredentials = [
	"invalid_request",
	"digest_mismatch",
	"payload_too_large",
	"invalid_token",
	"signature_incomplete",
	"signature_expired",
	"signature_invalid",
	"nonce_reused",
	"actor_keys_unavailable",
	"insufficient_scope",
	"provider_denied",
] as const satisfies readonly ErrorCode[];

const ofBody = [
	"invalid_request",
	"invalid_json",
	"payload_too_large",
	"unsupported_media_type",
] as const satisfies readonly ErrorCode[];

/** All error codes of a route without duplicates: those implied by its method, path, credentials and body, and its operation's own. */
export function errorsOf({ method, path, auth, operation }: Omit<Route, "handle">): readonly ErrorCode[] {
	const { query, body, answers, errors = [] } = operation;
	const codes = new Set<ErrorCode>([...always, ...errors]);
	const add = (more: readonly ErrorCode[]): void => more.forEach((code) => codes.add(code));
	if (auth !== "none") add(ofCredentials);
	if (auth !== "none" && auth !== "registrar") add(["bootstrap_only"]);
	if (auth === "member" || auth === "participant" || auth === "registrar") add(["token_missing"]);
	if (auth === "member" || auth === "registrar") add(["home_only"]);
	if (body !== undefined) add(ofBody);
	// Methods other than GET may check the Idempotency-Key.
	if (query !== undefined || method !== "GET") add(["invalid_request"]);
	if (path.includes(":")) add(["not_found"]);
	if (Object.values(answers).some(({ kind }) => kind === "stream")) add(["not_acceptable"]);
	return [...codes];
}
