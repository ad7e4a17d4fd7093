import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import test from "ava";
import * as client from "openid-client";
import { collections } from "#core/catalogue/collections.ts";
import { addInvite } from "#core/identity/invites.ts";
import { recoveryLink } from "#core/identity/recovery.ts";
import { addToken } from "#core/identity/tokens.ts";
import type { Logger } from "#core/ports/logger.ts";
import { createBrowser, formsOf } from "../support/browser-forms.ts";
import { codeAt } from "../support/codes.ts";
import { freePort } from "../support/free-port.ts";
import { startGateway } from "../support/gateway.ts";
import { turnCodesOn } from "../support/person.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { ask, begin, goThrough, member, ofscpScope, password, redeem, register } from "./oauth/scene.ts";

test("the database and the log contain no password, code, token or e-mail address in plain text", async (t) => {
	const folder = await temporaryFolder(t);
	const lines: string[] = [];
	const write = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }));
	const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
	const port = await freePort();
	const running = await startGateway(folder, { CAUSEWAY_REGISTRATION_MODE: "open" }, port, { logger });
	await using _running = running;
	const { origin, gateway } = running;
	const { context } = gateway;
	const secrets: Record<string, string | undefined> = { password };
	const post = async (at: string, body: object, token?: string) => {
		const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
		const headers = { "content-type": "application/json", ...bearer };
		const answer = await fetch(origin + at, { method: "POST", headers, body: JSON.stringify(body) });
		return (await answer.json().catch(() => ({}))) as Record<string, string>;
	};

	secrets.email = "tern.secret@mail.example";
	const signedUp = await post("/api/auth/register", { handle: "tern", password, email: secrets.email });
	secrets.bootstrap = signedUp.bootstrap_token;
	secrets.wrong = "a password with a slip in it";
	await post("/api/auth/login", { handle: "tern", password: secrets.wrong });
	await post("/api/auth/login", { handle: "wrong.name@mail.example", password: secrets.wrong });
	secrets.wrongName = "wrong.name@mail.example";
	secrets.unasked = "asked.for@mail.example";
	await post("/api/auth/recover", { handle: secrets.unasked });

	const jane = await member(running, "jane");
	const { secret, recovery } = await turnCodesOn(context, jane);
	secrets.totp = secret;
	for (const [i, code] of recovery.entries()) {
		secrets[`recovery ${i}`] = code;
		secrets[`recovery ${i}, plain`] = code.replaceAll("-", "");
	}
	await post("/api/auth/login", { handle: "jane", password, otp: recovery[0] as string });
	await post("/api/auth/login", { handle: "jane", password, otp: codeAt(secret, Date.now()) });
	secrets.link = new URL(await recoveryLink(context, jane)).searchParams.get("link") as string;
	await fetch(`${origin}/recover?link=${secrets.link}`);
	secrets.invite = await addInvite(context, {});
	await fetch(`${origin}/signup?invite=${secrets.invite}`);
	secrets.token = await addToken(context, { account: jane.id, scopes: ["ofscp"], name: "script" });
	await ask(origin, secrets.token);

	const config = await register(origin, {
		token_endpoint_auth_method: "client_secret_post",
		grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
	});
	secrets.client = config.clientMetadata().client_secret;
	secrets.registration = config.clientMetadata().registration_access_token as string;
	const browser = createBrowser(origin);
	const attempt = await begin(config);
	secrets.state = attempt.state;
	const page = await browser.open(attempt.url.href);
	secrets.form = formsOf(page)[0]?.hidden.csrf;
	const { url } = await goThrough(browser, page, "tern");
	secrets.code = new URL(url).searchParams.get("code") as string;
	secrets.verifier = attempt.verifier;
	const tokens = await redeem(config, attempt, url);
	secrets.access = tokens.access_token;
	secrets.refresh = tokens.refresh_token;
	secrets.renewed = (await client.refreshTokenGrant(config, tokens.refresh_token as string)).access_token;
	secrets.session = browser.cookie("causeway_session");
	const device = await client.initiateDeviceAuthorization(config, { scope: ofscpScope });
	secrets.deviceCode = device.device_code;
	secrets.userCode = device.user_code;
	await fetch(device.verification_uri_complete as string);

	const log = lines.join("\n");
	let kept = "";
	for (const collection of collections) {
		const page = await context.store.page(collection, { order: "asc", limit: 1000 });
		kept += JSON.stringify(page);
	}
	const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
		(file) => file.isFile() && file.name.includes(".db"),
	);
	for (const file of files) kept += (await readFile(path.join(file.parentPath, file.name))).toString("latin1");
	t.regex(kept, /oauth_records|Grant/);
	t.regex(log, /oauth\/token/);
	for (const [name, it] of Object.entries(secrets)) {
		t.true(typeof it === "string" && it.length >= 6, name);
		t.false(kept.toLowerCase().includes(String(it).toLowerCase()), `${name} is kept as it is`);
		t.false(log.toLowerCase().includes(String(it).toLowerCase()), `${name} is in the log`);
	}
});
