import test, { type ExecutionContext } from "ava";
import { TOTP } from "otpauth";
import { logIn } from "#core/identity/log-in.ts";
import { signUp } from "#core/identity/sign-up.ts";
import { beginTotp, checkCode, confirmTotp, endTotp, hasTotp, renewRecoveryCodes, totps } from "#core/identity/totp.ts";
import { openCore } from "../../support/core.ts";

const from = "192.0.2.1";

async function withCodes(
	t: ExecutionContext,
	...rest: Parameters<typeof openCore> extends [unknown, ...infer R] ? R : []
) {
	const core = await openCore(t, ...rest);
	const jane = await core.person("jane");
	const { secret, uri } = await beginTotp(core.context, jane);
	const codeAt = (time: number): string => new TOTP({ secret }).generate({ timestamp: time });
	const codes = await confirmTotp(core.context, jane, codeAt(core.clock.time));
	return { core, context: core.context, jane, secret, uri, codeAt, codes };
}

test("TOTP is required only after a code from the app has confirmed it", async (t) => {
	const core = await openCore(t);
	const account = await signUp(core.context, { handle: "jane", password: "a quiet harbour", from });
	const knows = async () => {
		const known = await logIn(core.context, { name: "jane", password: "a quiet harbour", from });
		return known.outcome === "known" ? known.factors : known.outcome;
	};
	const { secret, uri } = await beginTotp(core.context, account);
	t.regex(uri, /^otpauth:\/\/totp\/Test:jane(%40|@)social\.test\?.*issuer=Test/);
	t.false(await hasTotp(core.context, account));
	t.deepEqual(await knows(), []);
	const code = new TOTP({ secret }).generate({ timestamp: core.clock.time });
	await t.throwsAsync(confirmTotp(core.context, account, code === "000000" ? "000001" : "000000"), { message: /code/ });
	t.is((await confirmTotp(core.context, account, ` ${code.slice(0, 3)} ${code.slice(3)} `)).length, 10);
	t.deepEqual(await knows(), ["totp"]);
	await endTotp(core.context, account);
	t.deepEqual(await knows(), []);
});

test("a code is accepted once, within one time step before or after its own", async (t) => {
	const { core, context, jane, codeAt } = await withCodes(t);
	t.false(await checkCode(context, jane, codeAt(core.clock.time), from), "it was used to confirm the app");
	core.clock.time += 90_000;
	const now = core.clock.time;
	t.false(await checkCode(context, jane, codeAt(now - 60_000), from), "too old");
	t.false(await checkCode(context, jane, codeAt(now + 60_000), from), "too early");
	t.true(await checkCode(context, jane, codeAt(now - 30_000), from));
	const both = await Promise.all([1, 2, 3].map(() => checkCode(context, jane, codeAt(now), from)));
	t.deepEqual(both.filter(Boolean), [true]);
	t.false(await checkCode(context, jane, codeAt(now - 30_000), from), "older than an accepted code");
	t.true(await checkCode(context, jane, codeAt(now + 30_000), from));
});

test("a recovery code is accepted once, in any notation, and new codes invalidate the old ones", async (t) => {
	const { context, jane, codes } = await withCodes(t);
	const [first = "", second = "", third = ""] = codes;
	t.is(new Set(codes).size, 10);
	t.true(await checkCode(context, jane, ` ${first.toUpperCase().replaceAll("-", " ")}`, from));
	t.false(await checkCode(context, jane, first, from));
	const both = await Promise.all([1, 2].map(() => checkCode(context, jane, second, from)));
	t.deepEqual(both.filter(Boolean), [true]);
	const [fresh = ""] = await renewRecoveryCodes(context, jane);
	t.false(await checkCode(context, jane, third, from));
	t.true(await checkCode(context, jane, fresh, from));
});

test("a new app replaces the old one only after it is confirmed", async (t) => {
	const { core, context, jane, codeAt } = await withCodes(t);
	const { secret } = await beginTotp(context, jane);
	core.clock.time += 60_000;
	t.true(await checkCode(context, jane, codeAt(core.clock.time), from), "the old app still works");
	core.clock.time += 60_000;
	await confirmTotp(context, jane, new TOTP({ secret }).generate({ timestamp: core.clock.time }));
	core.clock.time += 60_000;
	t.false(await checkCode(context, jane, codeAt(core.clock.time), from));
	t.true(await checkCode(context, jane, new TOTP({ secret }).generate({ timestamp: core.clock.time }), from));
});

test("neither the secret nor the recovery codes are stored in plain text", async (t) => {
	const { context, jane, secret, codes } = await withCodes(t);
	const { json = "" } = (await context.store.get(totps, jane.id)) ?? {};
	t.not(json, "");
	for (const hidden of [secret, ...codes, ...codes.map((code) => code.replaceAll("-", ""))])
		t.false(json.includes(hidden));
});

test("wrong codes are rate-limited per account, and correct ones are not counted", async (t) => {
	const rates = { signIn: { points: 3, seconds: 60 } };
	const { core, context, jane, codeAt } = await withCodes(t, [], { rates });
	for (let step = 0; step < 5; step++) {
		core.clock.time += 30_000;
		t.true(await checkCode(context, jane, codeAt(core.clock.time), from));
	}
	const wrong = ["000000", "111111", "222222"].filter((code) => code !== codeAt(core.clock.time));
	for (const code of [...wrong, ...wrong].slice(0, 3)) t.false(await checkCode(context, jane, code, from));
	await t.throwsAsync(checkCode(context, jane, codeAt(core.clock.time), from), { name: "TooManyRequests" });
});
