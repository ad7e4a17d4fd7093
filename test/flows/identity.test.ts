import test from "ava";
import { TOTP } from "otpauth";
import { findAccount } from "#core/accounts/find-account.ts";
import { addInvite } from "#core/identity/invites.ts";
import { recoveryLink } from "#core/identity/recovery.ts";
import { sessionsOf } from "#core/identity/sessions.ts";
import { addToken } from "#core/identity/tokens.ts";
import { beginTotp, confirmTotp } from "#core/identity/totp.ts";
import { createClient } from "../support/client.ts";
import { startGateway } from "../support/gateway.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

const [password, other] = ["a quiet harbour", "a louder harbour"];

test("an account is created by invitation, logs in with a code, recovers by a link, and is deleted completely", async (t) => {
	await using running = await startGateway(await temporaryFolder(t));
	const { context } = running.gateway;
	const post = async (at: string, body: object) => {
		const response = await fetch(`${running.origin}${at}`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(body),
		});
		const text = await response.text();
		return {
			status: response.status,
			code: (text === "" ? {} : (JSON.parse(text) as { errorCode?: string })).errorCode,
		};
	};

	const invite = await addInvite(context, { uses: 2 });
	const registration = { handle: "jane", password, email: "jane@mail.example", invite };
	const both = await Promise.all([post("/api/auth/register", registration), post("/api/auth/register", registration)]);
	t.deepEqual(both.map(({ status }) => status).sort(), [201, 409]);

	const jane = await findAccount(context, "jane");
	if (jane === undefined) throw new Error("jane has no account");
	const { secret } = await beginTotp(context, jane);
	const code = (time: number): string => new TOTP({ secret }).generate({ timestamp: time });
	const [spare] = await confirmTotp(context, jane, code(Date.now() - 30_000));
	const logIn = (word: string, otp?: string) =>
		post("/api/auth/login", { handle: "jane", password: word, ...(otp && { otp }) });
	t.is((await logIn(password)).code, "otp_required");
	const once = code(Date.now());
	t.deepEqual(
		(await Promise.all([logIn(password, once), logIn(password, once)])).map(({ status }) => status).sort(),
		[200, 401],
	);

	const link = new URL(await recoveryLink(context, jane)).searchParams.get("link");
	const recover = () => post("/api/auth/recover/confirm", { token: link, newPassword: other });
	t.deepEqual((await Promise.all([recover(), recover()])).map(({ status }) => status).sort(), [204, 400]);
	t.is((await logIn(password, spare)).code, "invalid_credentials");
	t.is((await logIn(other, spare)).status, 200);

	const bob = await running.person("bob");
	const client = await clientOf(running, "jane");
	await bob.call("POST", "/api/me/follows", { actor: "jane" });
	await client.call("PATCH", "/api/me", { bio: "Tea.", settings: { a: 1 } });
	const { timeline } = await client.call("GET", "/api/me");
	const messages = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
	await client.call("POST", messages, { type: "memo", content: { text: "hello" } });
	t.is((await client.answer("DELETE", "/api/me", { password })).status, 403);
	t.is((await client.answer("DELETE", "/api/me", { password: other })).status, 204);
	t.is((await client.answer("GET", "/api/me")).status, 401);
	t.is((await logIn(other, spare)).code, "invalid_credentials");
	await until("her messages are deleted", async () => {
		const { items } = await bob.call<{ items: { deletedAt?: string }[] }>("GET", messages);
		return items.length === 1 && items.every(({ deletedAt }) => deletedAt !== undefined);
	});
	await until("her sessions are deleted", async () => (await sessionsOf(context, jane)).length === 0);
	t.is(
		(await post("/api/auth/register", { ...registration, handle: "joan" })).status,
		201,
		"her mail address is free again",
	);
});

/** Creates a client for an existing account. */
async function clientOf(running: Awaited<ReturnType<typeof startGateway>>, handle: string) {
	const account = await findAccount(running.gateway.context, handle);
	if (account === undefined) throw new Error(`There is no ${handle}`);
	const token = await addToken(running.gateway.context, { account: account.id, scopes: ["ofscp"], name: "test" });
	return createClient(running.origin, `${handle}@${running.domain}`, token);
}
