import { writeFile } from "node:fs/promises";
import path from "node:path";
import test from "ava";
import { parse } from "yaml";
import { createRegistration, readRegistration } from "../../../bridges/matrix/registration.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const options = { publicUrl: "https://social.test", prefix: "_ofscp_", serverName: "hs.test:8448" };

test("a registration is YAML that homeservers accept, with ephemeral data asked for in both spellings", (t) => {
	const { as_token, hs_token, ...rest } = parse(createRegistration(options));
	t.regex(as_token, /^[0-9a-f]{64}$/);
	t.regex(hs_token, /^[0-9a-f]{64}$/);
	t.not(as_token, hs_token);
	t.deepEqual(rest, {
		id: "causeway",
		url: "https://social.test",
		sender_localpart: "_ofscp_bot",
		rate_limited: false,
		receive_ephemeral: true,
		"de.sorunome.msc2409.push_ephemeral": true,
		namespaces: {
			users: [{ exclusive: true, regex: "@_ofscp_.*:hs\\.test:8448" }],
			aliases: [{ exclusive: true, regex: "#_ofscp_.*:hs\\.test:8448" }],
			rooms: [],
		},
	});
});

test("tokens are new each time", (t) => {
	t.not(parse(createRegistration(options)).as_token, parse(createRegistration(options)).as_token);
});

test("a prefix with letters that regular expressions read otherwise stands for itself", (t) => {
	const { namespaces } = parse(createRegistration({ ...options, prefix: "_a.b/" }));
	const regex = new RegExp(`^${namespaces.users[0].regex}$`);
	t.regex("@_a.b/jane:hs.test:8448", regex);
	t.notRegex("@_aXb/jane:hs.test:8448", regex);
	t.notRegex("@_a.b/jane:hsXtest:8448", regex);
});

test("what is wrong with a registration file is said in one line", async (t) => {
	const folder = await temporaryFolder(t);
	const write = async (name: string, text: string): Promise<string> => {
		await writeFile(path.join(folder, name), text);
		return path.join(folder, name);
	};
	const good = await write("good.yaml", createRegistration(options));
	t.is(readRegistration(good, "_ofscp_").sender_localpart, "_ofscp_bot");
	const cases: readonly (readonly [string, RegExp])[] = [
		[
			path.join(folder, "absent.yaml"),
			/can't be read; there is no such file; make it with: causeway matrix registration/,
		],
		[await write("text.yaml", "hello"), /is no registration/],
		[await write("broken.yaml", "a: [1\nb: {"), /is no registration/],
		[await write("half.yaml", "id: causeway\nurl: null\n"), /is no registration.*as_token/],
	];
	for (const [file, message] of cases) {
		const error = t.throws(() => readRegistration(file, "_ofscp_"), { message });
		t.false(error?.message.includes("\n"));
	}
	t.throws(() => readRegistration(good, "_other_"), { message: /another prefix.*_ofscp_bot.*_other_bot/ });
});
