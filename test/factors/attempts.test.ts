import test from "ava";
import { attemptKinds } from "#core/ports/attempts.ts";
import { createAttempts } from "../../src/factors/attempts.ts";

const rate = { points: 2, seconds: 60 };
const attempts = (scale = 1) =>
	createAttempts({ signIn: rate, signInAddress: rate, signUp: rate, recovery: rate, recoveryAddress: rate }, scale);

test("each kind and key has its own limit, multiplied by the scale", async (t) => {
	const limiter = attempts(2);
	for (const kind of attemptKinds)
		for (const key of ["a", "b"]) {
			for (let i = 0; i < 4; i++) await limiter.spend(kind, key);
			const error = await t.throwsAsync(limiter.spend(kind, key), { name: "TooManyRequests" });
			t.true((error as unknown as { retryAfterSeconds: number }).retryAfterSeconds >= 1);
		}
});

test("a refunded attempt is not counted", async (t) => {
	const limiter = attempts();
	for (let i = 0; i < 10; i++) {
		await limiter.spend("signIn", "a");
		await limiter.refund("signIn", "a");
	}
	t.pass();
});

test("the addresses of one IPv6 /64 share a limit, in any notation", async (t) => {
	const limiter = attempts();
	await limiter.spend("signUp", "2001:db8:0:1::1");
	await limiter.spend("signUp", "2001:0db8:0000:0001:ffff:ffff:ffff:ffff");
	await t.throwsAsync(limiter.spend("signUp", "2001:db8:0:1:a::"), { name: "TooManyRequests" });
	await limiter.spend("signUp", "2001:db8:0:2::1");
	for (const address of ["::1", "192.0.2.1", "::ffff:192.0.2.2", "::ffff:192.0.2.3"])
		await limiter.spend("signUp", address);
	for (let i = 0; i < 1; i++) await limiter.spend("signUp", "::ffff:192.0.2.3");
	await limiter.spend("signUp", "::ffff:192.0.2.2");
	t.pass();
});
