import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { startSynapse } from "../peers/synapse.ts";
import { freePort } from "../support/free-port.ts";
import { executable, runProgram } from "../support/run-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

const document = path.join(import.meta.dirname, "..", "..", "docs", "matrix.md");

/** A command of the page, with the answer that is shown below it. */
interface Step {
	readonly code: string;
	readonly shown: readonly string[];
}

/** The commands of the page in order. A block without a language that follows shows what they print. */
function stepsOf(page: string): readonly Step[] {
	const blocks = [...page.matchAll(/^ *```(\w*)\n(.*?)^ *```$/gms)].map(([, language, text = ""]) => ({
		language,
		text: text.replaceAll(/^ {3}/gm, ""),
	}));
	return blocks.flatMap(({ language, text }, i) => {
		if (language !== "sh") return [];
		const next = blocks[i + 1];
		return [{ code: text, shown: next?.language === "" ? next.text.trim().split("\n") : [] }];
	});
}

/** A line of the page as a pattern: ids and codes differ. */
function patternOf(line: string): RegExp {
	const literal = line.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
	const ids = literal
		.replaceAll(/\b(grp|chn|brg)_[0-9a-z]+/g, "$1_[0-9a-z]+")
		.replaceAll(/![A-Za-z]+:[a-z\\.]+/g, "!\\S+");
	return new RegExp(`^${ids.replace(/"code": "\w+"/, '"code": "\\w+"').trim()}$`);
}

/** A shell that keeps its variables from step to step. */
function openShell(t: ExecutionContext, cwd: string, env: NodeJS.ProcessEnv) {
	const shell = spawn("bash", ["-euo", "pipefail"], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
	t.teardown(() => shell.kill("SIGKILL"));
	let [output, ended] = ["", false];
	for (const stream of [shell.stdout, shell.stderr])
		stream.setEncoding("utf8").on("data", (text: string) => (output += text));
	shell.once("close", () => (ended = true));
	return async (code: string): Promise<string> => {
		output = "";
		shell.stdin.write(`${code}\necho the step is done\n`);
		await until("the step is done", () => {
			if (ended) throw new Error(output);
			return output.includes("the step is done\n");
		});
		return output.replace("the step is done\n", "");
	};
}

test("who follows the page on Matrix comes from nothing to a linked room, and out again, and sees what it shows", async (t) => {
	const folder = await temporaryFolder(t);
	const [port, homeserverPort] = [await freePort(), await freePort()];
	const here = (text: string): string =>
		text
			.replaceAll("https://social.example", `http://localhost:${port}`)
			.replaceAll("http://127.0.0.1:8008", `http://127.0.0.1:${homeserverPort}`)
			.replaceAll("social.example", `localhost:${port}`)
			.replaceAll("example.org", "hs.test")
			.replaceAll("npm run -s causeway --", `"${process.execPath}" "${executable}"`);
	const page = here(await readFile(document, "utf8"));
	const configuration = /^ *```yaml\n( *# causeway\.yaml\n.*?)^ *```$/ms.exec(page)?.[1] ?? "";
	await writeFile(path.join(folder, "causeway.yaml"), configuration.replaceAll(/^ {3}/gm, ""));
	const env = {
		CAUSEWAY_CONFIG: path.join(folder, "causeway.yaml"),
		CAUSEWAY_DATA_DIR: path.join(folder, "data"),
		CAUSEWAY_BRIDGES_MATRIX_REGISTRATION: path.join(folder, "data/matrix-registration.yaml"),
		CAUSEWAY_LISTEN_PORT: String(port),
		CAUSEWAY_LOG_LEVEL: "error",
	};
	const steps = stepsOf(page);
	t.is(steps.length, 8);
	const shell = openShell(t, folder, { ...process.env, ...env });
	async function follow(n: number): Promise<string> {
		const { code, shown } = steps[n] as Step;
		const lines = (await shell(code)).split("\n").map((line) => line.trim());
		for (const line of shown)
			t.true(
				lines.some((printed) => patternOf(line).test(printed)),
				`${line}\n---\n${lines.join("\n")}`,
			);
		return lines.join("\n");
	}

	await follow(0);
	await follow(1);
	const synapse = await startSynapse({
		appserviceUrl: `http://localhost:${port}`,
		folder: path.join(folder, "synapse"),
		registration: path.join(folder, "data/matrix-registration.yaml"),
		port: homeserverPort,
	});
	t.teardown(() => synapse.stop());
	const alice = await synapse.registerUser("alice");
	const room = await alice.createRoom({ preset: "public_chat", room_alias_name: "den" });
	const server = spawn(process.execPath, [executable, "serve"], {
		cwd: folder,
		env: { ...process.env, ...env },
		stdio: "inherit",
	});
	t.teardown(() => server.kill("SIGKILL"));
	await until("the provider is ready", async () =>
		fetch(`http://localhost:${port}/readyz`).then(
			({ ok }) => ok,
			() => false,
		),
	);
	await runProgram(env, ["user", "add", "jane"]);
	await follow(2);
	await follow(3);
	const { code } = JSON.parse(await follow(4)) as { code: string };

	const said = async () => (await alice.messages(room)).map(({ content }) => String(content.body));
	await alice.invite(room, "@_ofscp_bot:hs.test");
	await until("the room is asked", async () => (await said()).some((text) => text.includes(`link ${code}`)));
	await alice.sendText(room, `link ${code}`);
	const shown = here("This room is now linked to the timeline of jane@social.example");
	await until("the room is told", async () => (await said()).some((text) => text.startsWith(shown)));
	await follow(5);
	await follow(6);
	await until("the bot has left", async () => (await alice.members(room)).length === 1);
	t.deepEqual(JSON.parse(await follow(7)), []);
});
