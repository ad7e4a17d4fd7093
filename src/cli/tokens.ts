import { localAccount } from "#core/accounts/find-account.ts";
import { endSession, sessionsOf } from "#core/identity/sessions.ts";
import { openCore } from "../gateway.ts";
import { type Command, Usage } from "./command.ts";

/** Prints one line per session: id, kind, time of creation, time of last use, name. */
export const tokenList: Command = {
	usage: "token list <handle>",
	summary: "list an account's sessions: tokens, apps, devices",
	async run(args, config, terminal) {
		const [handle, ...more] = args;
		if (handle === undefined || more.length > 0) throw new Usage("token list needs one handle");
		await using opened = await openCore(config);
		const account = await localAccount(opened.context, handle);
		if (account === undefined) {
			terminal.err(`There is no account ${handle} here`);
			return 1;
		}
		for (const { id, kind, client, createdAt, lastUsedAt } of await sessionsOf(opened.context, account))
			terminal.out([id, kind, iso(createdAt), lastUsedAt === undefined ? "never" : iso(lastUsedAt), client].join("\t"));
		return 0;
	},
};

export const tokenRevoke: Command = {
	usage: "token revoke <handle> <id>",
	summary: "revoke a token, app or device (token list prints the ids)",
	async run(args, config, terminal) {
		const [handle, id, ...more] = args;
		if (handle === undefined || id === undefined || more.length > 0)
			throw new Usage("token revoke needs a handle and an id");
		await using opened = await openCore(config);
		const account = await localAccount(opened.context, handle);
		if (account === undefined || !(await endSession(opened.context, account, id))) {
			terminal.err(
				account === undefined
					? `There is no account ${handle} here`
					: `@${handle} has no token, app or device with this id`,
			);
			return 1;
		}
		return 0;
	},
};

const iso = (ms: number): string => new Date(ms).toISOString();
