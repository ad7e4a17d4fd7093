import test from "ava";
import { z } from "zod";
import { InvalidRequest, NotFound, PermissionDenied } from "#core/errors.ts";
import { created, empty, json, ok, streamOf, type Wire } from "../../src/http/base/answers.ts";
import { operation } from "../../src/http/base/operation.ts";
import { route } from "../../src/http/base/route.ts";
import { faultIn } from "../support/check-answers.ts";

const thing = z.strictObject({
	id: z.string(),
	kind: z.enum(["small", "large"]),
	tags: z.array(z.string()).optional(),
});
const making = operation("makeThing", "Make a thing", {
	body: z.object({ id: z.string() }),
	answers: { 201: json(thing, "Location", "Idempotency-Replayed?"), 200: json(thing), 204: empty() },
	errors: ["permission_denied"],
});
const small = (id: string): Wire<typeof thing> => ({ id, kind: "small" });
const line = route("POST", "/things/:g", "none", "post", making, async ({ body }) =>
	created("/things/1", small(body.id)),
);

test("a response that its operation does not declare does not compile", (t) => {
	// @ts-expect-error an operation without answers
	operation("forget", "Forget what to answer", { errors: [] });
	// @ts-expect-error an answer without a schema
	operation("forget", "Forget what to answer", { answers: { 200: undefined } });
	// @ts-expect-error an unknown error code
	operation("fail", "Fail", { answers: { 204: empty() }, errors: ["things_broken"] });
	// @ts-expect-error a status that is not declared
	route("POST", "/things", "none", "post", making, async () => ({ status: 202, body: small("1") }));
	// @ts-expect-error a member is missing
	route("POST", "/things", "none", "post", making, async () => ok({ id: "1" }));
	// @ts-expect-error a member has another type
	route("POST", "/things", "none", "post", making, async () => ok({ id: "1", kind: "huge" }));
	// @ts-expect-error a promised header is missing
	route("POST", "/things", "none", "post", making, async () => ({ status: 201, body: small("1") }));
	// @ts-expect-error a body that is not declared
	route("POST", "/things", "none", "post", making, async () => ({ status: 204, body: small("1") }));
	// @ts-expect-error a presenter that returns a member that the schema does not have
	const drifted = (id: string): Wire<typeof thing> => ({ id, kind: "small", colour: "blue" });
	t.is(typeof drifted, "function");
});

test("the app detects a response that differs from its declaration", (t) => {
	const of = (status: number, body?: unknown, headers: Record<string, string> = {}) =>
		faultIn({ route: line, answer: { status, body, headers } });
	const location = { Location: "/things/1" };
	t.is(of(200, small("1")), undefined);
	t.is(of(201, small("1"), location), undefined);
	t.is(of(201, small("1"), { ...location, "Idempotency-Replayed": "true" }), undefined);
	t.is(of(204), undefined);
	t.regex(of(202, small("1")) ?? "", /does not declare the status 202/);
	t.regex(of(201, small("1")) ?? "", /lacks the header Location/);
	t.regex(of(200, small("1"), location) ?? "", /does not declare the header Location/);
	t.regex(of(200, { id: "1" }) ?? "", /kind: /);
	t.regex(of(200, { ...small("1"), colour: "blue" }) ?? "", /colour/);
	t.regex(of(200) ?? "", /does not match its schema/);
	t.regex(of(204, {}) ?? "", /has a body/);
	const streaming = operation("stream", "Stream", { answers: { 200: streamOf("text/plain") } });
	const body = (async function* () {})();
	const stream = route("GET", "/stream", "none", "read", streaming, async () => ({ status: 200, body }));
	t.is(faultIn({ route: stream, answer: { status: 200, body } }), undefined);
});

test("the app detects an undeclared problem", (t) => {
	t.is(faultIn({ route: line, error: new NotFound() }), undefined);
	t.is(faultIn({ route: line, error: new InvalidRequest([]) }), undefined);
	t.is(faultIn({ route: line, error: new PermissionDenied("no") }), undefined);
	t.is(faultIn({ route: line, error: new TypeError("a mistake of ours") }), undefined);
	t.regex(
		faultIn({ route: line, error: new PermissionDenied("no", "wrong_password") }) ?? "",
		/does not declare the problem wrong_password/,
	);
});
