import { checkConfig } from "./check-config.ts";
import { type Command, Usage } from "./command.ts";

/** Every command and the file that it is in, which is read only when it is called. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
	serve: async () => (await import("./serve.ts")).serve,
	"check-config": async () => checkConfig,
	"user add": async () => (await import("./user-add.ts")).userAdd,
	"user recover": async () => (await import("./user-recover.ts")).userRecover,
	"invite add": async () => (await import("./invite-add.ts")).inviteAdd,
	"token add": async () => (await import("./token-add.ts")).tokenAdd,
	"token list": async () => (await import("./tokens.ts")).tokenList,
	"token revoke": async () => (await import("./tokens.ts")).tokenRevoke,
	"keys rotate": async () => (await import("./keys-rotate.ts")).keysRotate,
	"matrix registration": async () => (await import("./matrix.ts")).registration,
	"matrix link": async () => (await import("./matrix.ts")).link,
	"matrix unlink": async () => (await import("./matrix.ts")).unlink,
	"deliveries replay": async () => (await import("./deliveries.ts")).deliveriesReplay,
	doctor: async () => (await import("./doctor.ts")).doctor,
};

/** The command that a line begins with, and the rest of the line. @throws {Usage} */
export async function findCommand(words: readonly string[]): Promise<{ command: Command; args: readonly string[] }> {
	for (const length of [2, 1]) {
		const load = commands[words.slice(0, length).join(" ")];
		if (load !== undefined) return { command: await load(), args: words.slice(length) };
	}
	throw new Usage(words.length === 0 ? "no command" : `no command "${words.join(" ")}"`);
}

/** All commands, a line each. */
export async function usage(): Promise<string> {
	const all = await Promise.all(Object.values(commands).map((load) => load()));
	const width = Math.max(...all.map((command) => command.usage.length));
	return [
		"usage: causeway [--config FILE] COMMAND",
		"",
		...all.map((c) => `  ${c.usage.padEnd(width)}  ${c.summary}`),
	].join("\n");
}
