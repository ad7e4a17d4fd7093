import { parseArgs } from "node:util";
import { localAccount } from "#core/accounts/find-account.ts";
import { recoveryLink } from "#core/identity/recovery.ts";
import { openCore } from "../gateway.ts";
import { type Command, Usage } from "./command.ts";

export const userRecover: Command = {
	usage: "user recover <handle> [--reset-second-factor]",
	summary: "print a link for setting a new password, which works once, within an hour",
	async run(args, config, terminal) {
		const { values, positionals } = parseArgs({
			args: [...args],
			options: { "reset-second-factor": { type: "boolean" } },
			allowPositionals: true,
		});
		const [handle] = positionals;
		if (handle === undefined || positionals.length > 1) throw new Usage("user recover needs one handle");
		await using opened = await openCore(config);
		const account = await localAccount(opened.context, handle);
		if (account === undefined) {
			terminal.err(`There is no account ${handle} here`);
			return 1;
		}
		const resetsFactor = values["reset-second-factor"] === true;
		terminal.out(await recoveryLink(opened.context, account, { resetsFactor }));
		return 0;
	},
};
