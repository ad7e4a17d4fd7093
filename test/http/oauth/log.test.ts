import test from "ava";
import * as client from "openid-client";
import type { Logger } from "#core/ports/logger.ts";
import { buildGateway, readConfig } from "../../../src/gateway.ts";
import { createBrowser } from "../../support/browser-forms.ts";
import { freePort } from "../../support/free-port.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { ask, begin, goThrough, member, password, redeem, register } from "./scene.ts";

test("codes, tokens and passwords are not logged", async (t) => {
	const lines: string[] = [];
	const write = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }));
	const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
	const port = await freePort();
	const origin = `http://localhost:${port}`;
	const config = await readConfig(undefined, {
		CAUSEWAY_PUBLIC_URL: origin,
		CAUSEWAY_LISTEN_PORT: String(port),
		CAUSEWAY_DATA_DIR: await temporaryFolder(t),
		CAUSEWAY_FEDERATION_INSECURE_LOCALHOST: "true",
	});
	await using gateway = await buildGateway(config, { logger });
	await gateway.start();
	await member({ gateway }, "jane");

	const own = await register(origin, { token_endpoint_auth_method: "client_secret_post" });
	const browser = createBrowser(origin);
	const attempt = await begin(own);
	const { url } = await goThrough(browser, await browser.open(attempt.url.href), "jane");
	const tokens = await redeem(own, attempt, url);
	await ask(origin, tokens.access_token);
	await fetch(`${origin}/api/me?access_token=${tokens.access_token}`);
	await fetch(`${origin}/oauth/userinfo?access_token=${tokens.access_token}`);
	const renewed = await client.refreshTokenGrant(own, tokens.refresh_token as string);
	await t.throwsAsync(redeem(own, attempt, url));

	const secrets = {
		code: new URL(url).searchParams.get("code"),
		access: tokens.access_token,
		refresh: tokens.refresh_token,
		renewed: renewed.access_token,
		client: own.clientMetadata().client_secret,
		session: browser.cookie("causeway_session"),
		password,
	};
	const log = lines.join("\n");
	t.regex(log, /oauth\/token/);
	for (const [name, secret] of Object.entries(secrets)) {
		t.is(typeof secret, "string", name);
		t.false(log.includes(secret as string), name);
	}
});
