import test from "ava";
import { type ErrorCode, errorCodes } from "#core/error-codes.ts";
import * as errors from "#core/errors.ts";

const problems: readonly errors.Problem[] = [
	new errors.InvalidRequest([]),
	new errors.Unauthenticated(),
	new errors.PermissionDenied("no"),
	new errors.NotFound(),
	new errors.Conflict("handle_taken", "taken"),
	new errors.Gone(),
	new errors.PreconditionFailed(),
	new errors.PayloadTooLarge("1 byte"),
	new errors.UnsupportedMediaType("JSON"),
	new errors.MethodNotAllowed("GET"),
	new errors.NotAcceptable("JSON"),
	new errors.TooManyRequests(1),
	new errors.Unavailable(),
];

test("every subclass of Problem has the status that the table lists for its code", (t) => {
	const kinds = Object.values(errors).filter(
		(kind) => kind.prototype instanceof errors.Problem && kind !== (errors.Problem as object),
	);
	t.deepEqual(problems.map(({ constructor }) => constructor.name).toSorted(), kinds.map(({ name }) => name).toSorted());
	for (const { errorCode, status } of problems) t.is<number, number>(errorCodes[errorCode].status, status, errorCode);
});

test("error codes are in snake_case, and each meaning is a sentence", (t) => {
	for (const code of Object.keys(errorCodes) as ErrorCode[]) {
		t.regex(code, /^[a-z]+(_[a-z]+)*$/);
		t.regex(errorCodes[code].meaning, /^[A-Z].*\.$/, code);
	}
});
