import test from "ava";
import { createBrowser } from "../support/browser-forms.ts";
import { type Provider, startProvider } from "../support/provider.ts";
import { startSmtpServer } from "../support/smtp-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

const password = "a quiet harbour";

async function post(provider: Provider, at: string, body: object) {
	const response = await fetch(`${provider.origin}${at}`, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify(body),
	});
	const text = await response.text();
	return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as { errorCode?: string } };
}

const secretIn = (text: string, parameter: string): string =>
	new URL(/http:\S+/.exec(text)?.[0] ?? "").searchParams.get(parameter) ?? "";

test("invitations, recovery links and tokens are created and revoked beside a running server", async (t) => {
	await using server = await startSmtpServer();
	await using provider = await startProvider({
		folder: await temporaryFolder(t),
		env: { CAUSEWAY_MAIL_URL: server.url, CAUSEWAY_MAIL_FROM: "Riverside <causeway@localhost>" },
	});
	const register = (handle: string, invite?: string) =>
		post(provider, "/api/auth/register", {
			handle,
			password,
			email: `${handle}@mail.example`,
			...(invite && { invite }),
		});
	const logIn = (word: string) => post(provider, "/api/auth/login", { handle: "jane", password: word });

	// Registration by invitation, the default of a new provider.
	t.is((await register("jane")).body.errorCode, "invite_invalid");
	const invitation = await provider.cli("invite", "add", "--uses", "1", "--days", "2");
	t.true(invitation.startsWith(`${provider.origin}/signup?invite=`));
	t.is((await register("jane", secretIn(invitation, "invite"))).status, 201);
	t.is((await register("joan", secretIn(invitation, "invite"))).body.errorCode, "invite_invalid");
	for (const words of [
		["--uses", "0"],
		["--days", "x"],
		["--uses", "1.5"],
	])
		await t.throwsAsync(provider.cli("invite", "add", ...words), { code: 2 });

	const textOf = ({ data }: { data: string }): string => data.replaceAll("=\r\n", "").replaceAll("=3D", "=");
	const confirmation = await until("the mail that confirms the address", () => server.mails[0]);
	const browser = createBrowser(provider.origin);
	const page = await browser.open(/http\S+\/account\/email\S+/.exec(textOf(confirmation))?.[0] ?? "");
	t.is((await browser.submit(page, "/account/email", {})).status, 200);

	// The operator's recovery link and the one sent by mail.
	const link = await provider.cli("user", "recover", "jane");
	t.true(link.startsWith(`${provider.origin}/recover?link=`));
	const next = { token: secretIn(link, "link"), newPassword: "a louder harbour" };
	t.is((await post(provider, "/api/auth/recover/confirm", next)).status, 204);
	t.is((await logIn(password)).status, 401);
	t.is((await logIn("a louder harbour")).status, 200);
	t.is((await post(provider, "/api/auth/recover", { handle: "jane@mail.example" })).status, 202);
	const mail = await until("the mail", () => server.mails[1]);
	t.deepEqual(mail.to, ["jane@mail.example"]);
	const sent = secretIn(textOf(mail), "link");
	t.is((await post(provider, "/api/auth/recover/confirm", { token: sent, newPassword: password })).status, 204);
	t.is((await logIn(password)).status, 200);
	await t.throwsAsync(provider.cli("user", "recover", "unknown"), { code: 1 });
	await t.throwsAsync(provider.cli("user", "recover"), { code: 2 });

	const jane = provider.client("jane", await provider.cli("token", "add", "jane", "--name", "my script"));
	t.is((await jane.answer("GET", "/api/me")).status, 200);
	const [id = "", kind, , , name] = (await provider.cli("token", "list", "jane")).split("\t");
	t.deepEqual([kind, name], ["token", "my script"]);
	await provider.cli("token", "revoke", "jane", id);
	t.is((await jane.answer("GET", "/api/me")).status, 401);
	await t.throwsAsync(provider.cli("token", "revoke", "jane", id), { code: 1 });
	t.is(await provider.cli("token", "list", "jane"), "");
});
