import test from "ava";
import { createLogger } from "../src/log.ts";

/** A logger and the lines that it has written. */
function capture(level: "debug" | "info" | "silent" = "debug") {
	const written: string[] = [];
	return { logger: createLogger({ level }, { write: (line) => void written.push(line) }), written };
}

test("a line is JSON with the name of the level, an ISO time, the fields and the message", (t) => {
	const { logger, written } = capture();
	logger.info({ port: 8480 }, "listening");
	const { time, ...line } = JSON.parse(written[0] ?? "") as Record<string, unknown>;
	t.deepEqual(line, { level: "info", port: 8480, msg: "listening" });
	t.regex(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test("only lines of the configured level and above are written", (t) => {
	const { logger, written } = capture("info");
	logger.debug({}, "not this");
	logger.warn({}, "this");
	t.is(written.length, 1);
	const silent = capture("silent");
	silent.logger.error({}, "nothing");
	t.is(silent.written.length, 0);
});

test("secrets are redacted in fields at any depth, in messages, in URLs and in errors", (t) => {
	const { logger, written } = capture();
	logger.info(
		{ headers: { Authorization: "Bearer s3cret-s3cret", "set-cookie": ["id=s3cret"], host: "a.example" } },
		"request",
	);
	logger.info({ url: "/_matrix/app/v1/users/x?access_token=s3cret&b=1" }, "GET /?user=a&token=s3cret#x");
	logger.warn(
		{ deep: [{ deeper: { as_token: "s3cret", privateKeyPem: "s3cret", "Idempotency-Key": "s3cret" } }] },
		"Bearer s3cret-s3cret was refused",
	);
	logger.error(
		{
			err: new Error("no route to mongodb://me:s3cret@db/x", {
				cause: Object.assign(new Error("inner"), { password: "s3cret" }),
			}),
		},
		"failed",
	);
	logger.child({ token: "s3cret", store: new URL("redis://me:s3cret@cache") }).info({ code: "s3cret" }, "signed in");
	logger.info({ pem: "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----" }, "key");
	logger.info({ url: "/recover?link=s3cret" }, "/signup?return=/x&invite=s3cret /oauth/device?user_code=s3cret");
	logger.warn({ newPassword: "s3cret", bootstrap_token: "s3cret", device_code: "s3cret" }, "refused");
	for (const kind of ["cwy", "cwr", "cwi", "bt"])
		logger.warn({ text: [`${kind}_${"s3cret".padEnd(43, "x")}`] }, `no ${kind}_${"s3cret".padEnd(43, "-")} there`);
	t.is(written.length, 12);
	t.false(written.join("").includes("s3cret"), written.join(""));
	t.true(written.join("").includes("a.example"));
	t.true(written.join("").includes("&b=1"));
});

test("system codes and the type, message, stack and cause of an error are written", (t) => {
	const { logger, written } = capture();
	const cause = Object.assign(new TypeError("refused"), { code: "ECONNREFUSED" });
	logger.error({ err: new Error("no answer", { cause }), status: 503 }, "delivery failed");
	const line = JSON.parse(written[0] ?? "") as {
		err: { type: string; message: string; stack: string; cause: Record<string, unknown> };
	};
	t.like(line.err, {
		type: "Error",
		message: "no answer",
		cause: { type: "TypeError", message: "refused", code: "ECONNREFUSED" },
	});
	t.true(line.err.stack.includes("log.test.ts"));
});

test("a child adds its fields to every line", (t) => {
	const { logger, written } = capture();
	logger.child({ bridge: "matrix" }).child({ lane: "x" }).info({ n: 1 }, "sent");
	t.like(JSON.parse(written[0] ?? ""), { bridge: "matrix", lane: "x", n: 1 });
});

test("values without a JSON form, cyclic values and long values are written safely", (t) => {
	const { logger, written } = capture();
	const endless: Record<string, unknown> = {
		count: 7n,
		at: new Date(0),
		bytes: Buffer.from("abc"),
		none: undefined,
		nothing: null,
		long: "x".repeat(50_000),
	};
	endless["self"] = endless;
	logger.info(endless, "odd");
	t.like(JSON.parse(written[0] ?? ""), {
		count: "7",
		at: "1970-01-01T00:00:00.000Z",
		bytes: "[3 bytes]",
		nothing: null,
	});
	t.true((written[0] ?? "").length < 200_000);
});
