import { writeFile } from "node:fs/promises";
import path from "node:path";
import test from "ava";
import { createRegistration, readRegistration } from "../../bridges/matrix/registration.ts";
import { startFakeHomeserver } from "../peers/fake-homeserver.ts";
import { freePort } from "../support/free-port.ts";
import { runProgram } from "../support/run-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("doctor asks the homeserver what works, and prints nothing that operators can do nothing about", async (t) => {
	const folder = await temporaryFolder(t);
	const file = path.join(folder, "registration.yaml");
	const url = "http://127.0.0.1:9";
	await writeFile(file, createRegistration({ publicUrl: url, prefix: "_ofscp_", serverName: "hs.test" }));
	const { as_token: asToken, hs_token: hsToken } = readRegistration(file);
	const bot = "@_ofscp_bot:hs.test";
	await using homeserver = await startFakeHomeserver({ serviceUrl: url, asToken, hsToken, bot });
	const ask = (homeserverUrl: string) =>
		runProgram(
			{
				CAUSEWAY_DATA_DIR: path.join(folder, "data"),
				CAUSEWAY_LOG_LEVEL: "error",
				CAUSEWAY_BRIDGES_MATRIX_ENABLED: "true",
				CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL: homeserverUrl,
				CAUSEWAY_BRIDGES_MATRIX_SERVER_NAME: "hs.test",
				CAUSEWAY_BRIDGES_MATRIX_REGISTRATION: file,
			},
			["doctor"],
		);
	const { stdout, stderr } = await ask(homeserver.url);
	t.true(stdout.includes(`bridge     matrix: connected to ${homeserver.url} as ${bot}\n`), stdout);
	t.regex(stdout, /bridge {5}activitypub: enabled\n/);
	t.is(stderr, "");
	const away = await ask(`http://127.0.0.1:${await freePort()}`);
	t.regex(away.stdout, /bridge {5}matrix: The homeserver at http:\/\/127\.0\.0\.1:\d+ does not answer/);
	t.is(away.stderr, "");
});
