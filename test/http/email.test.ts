import test, { type ExecutionContext } from "ava";
import { accountByEmail } from "#core/accounts/email.ts";
import { createBrowser } from "../support/browser-forms.ts";
import { startGateway } from "../support/gateway.ts";
import { startSmtpServer } from "../support/smtp-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

const password = "a walk along the river";
const address = "jane@mail.test";

async function open(t: ExecutionContext) {
	const smtp = await startSmtpServer();
	t.teardown(() => smtp[Symbol.asyncDispose]());
	const running = await startGateway(await temporaryFolder(t), {
		CAUSEWAY_REGISTRATION_MODE: "open",
		CAUSEWAY_MAIL_URL: smtp.url,
		CAUSEWAY_MAIL_FROM: "causeway@social.test",
	});
	t.teardown(() => running[Symbol.asyncDispose]());
	const { context } = running.gateway;
	/** The mails sent to an address, without the line ends of quoted-printable. */
	const mailsTo = async (to: string, count = 1): Promise<readonly string[]> => {
		const found = () => smtp.mails.filter((mail) => mail.to.includes(to));
		await until(`mail ${count} to ${to}`, () => found().length >= count);
		return found().map(({ data }) => data.replaceAll("=\r\n", "").replaceAll("=3D", "="));
	};
	const linkIn = (mail = ""): string => /https?:\/\/\S+\/account\/email\?link=[\w-]+/.exec(mail)?.[0] ?? "";
	/** Opens a link in a new browser and presses the button. */
	const press = async (link: string) => {
		const browser = createBrowser(running.origin);
		return browser.submit(await browser.open(link), "/account/email", {});
	};
	const send = async (method: string, at: string, body: object, token = "") => {
		const response = await fetch(running.origin + at, {
			method,
			headers: { "content-type": "application/json", ...(token === "" ? {} : { authorization: `Bearer ${token}` }) },
			body: JSON.stringify(body),
		});
		return { status: response.status, body: (await response.json()) as Record<string, unknown> };
	};
	return { running, context, mailsTo, linkIn, press, send };
}

test("a link in a mail proves the address of a new account after one press, in any browser, and not when a program opens it", async (t) => {
	const { running, context, mailsTo, linkIn, press, send } = await open(t);
	t.is((await send("POST", "/api/auth/register", { handle: "jane", password, email: address })).status, 201);
	const link = linkIn((await mailsTo(address))[0]);
	for (const method of ["HEAD", "GET"]) t.is((await fetch(link, { method })).status, 200);
	t.is(await accountByEmail(context, address), undefined, "a program that checks links does not press");
	const forged = { method: "POST", body: new URLSearchParams({ link: new URL(link).searchParams.get("link") ?? "" }) };
	t.is((await fetch(`${running.origin}/account/email`, forged)).status, 403);
	t.is(await accountByEmail(context, address), undefined);
	const wrong = await createBrowser(running.origin).open(`${link}x`);
	t.is(wrong.status, 404);
	t.regex(wrong.text, /This link doesn&#39;t work/);
	for (let i = 0; i < 2; i++) {
		const page = await press(link);
		t.is(page.status, 200);
		t.regex(page.text, /Your e-mail address is confirmed/);
	}
	t.truthy(await accountByEmail(context, address));
	const browser = createBrowser(running.origin);
	const page = await browser.submit(await browser.open("/login"), "/login", { name: address, password });
	t.is(new URL(page.url).pathname, "/account");
});

test("neither signing up nor changing the address tells whether an address belongs to an account", async (t) => {
	const { running, mailsTo, linkIn, press, send } = await open(t);
	await send("POST", "/api/auth/register", { handle: "jane", password, email: address });
	t.is((await press(linkIn((await mailsTo(address))[0]))).status, 200);

	const shape = ({ status, body }: { status: number; body: object }) => [status, Object.keys(body).sort()];
	const [taken, free] = await Promise.all(
		[address, "free@mail.test"].map((email, i) =>
			send("POST", "/api/auth/register", { handle: `person${i}`, password, email }),
		),
	);
	t.deepEqual(shape(taken as never), shape(free as never));
	for (const [i, email] of [address.toUpperCase(), "other@mail.test"].entries()) {
		const browser = createBrowser(running.origin);
		const form = { handle: `visitor${i}`, password, displayName: "", email };
		const page = await browser.submit(await browser.open("/signup"), "/signup", form);
		t.is(new URL(page.url).pathname, "/account");
		const security = await browser.open("/account/security");
		t.true(security.text.includes(`<strong>${email}</strong> is not confirmed yet`));
	}
	const texts = (await mailsTo(address, 2)).slice(1);
	t.regex(texts[0] as string, /person0@/);
	t.is(linkIn(texts[0]), "", "the owner's mail has no link for the other account");
});

test("/api/me tells whether the address is proven, and the page sends the link again", async (t) => {
	const { running, mailsTo, linkIn, press } = await open(t);
	const browser = createBrowser(running.origin);
	const form = { handle: "jane", password, displayName: "", email: address };
	await browser.submit(await browser.open("/signup"), "/signup", form);
	await browser.submit(await browser.open("/account/security"), "/email/link", {});
	const [, second] = await mailsTo(address, 2);
	const made = await browser.submit(await browser.open("/account/apps"), "/apps/token", { name: "script" });
	const token = /cwy_[\w-]+/.exec(made.text)?.[0] ?? "";
	const me = async () => {
		const response = await fetch(`${running.origin}/api/me`, { headers: { authorization: `Bearer ${token}` } });
		return (await response.json()) as object;
	};
	t.like(await me(), { email: address, emailProven: false });
	await press(linkIn(second));
	t.like(await me(), { email: address, emailProven: true });
	t.notRegex((await browser.open("/account/security")).text, /not confirmed yet/);
});
