import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { createAccount } from "#core/accounts/create-account.ts";
import { setPassword } from "#core/identity/credentials.ts";
import { checkPassword } from "#core/identity/password-rules.ts";
import { recoveryLink } from "#core/identity/recovery.ts";
import { addressOf } from "#core/model/account.ts";
import { openCore } from "../gateway.ts";
import { type Command, Usage } from "./command.ts";

export const userAdd: Command = {
	usage: "user add <handle> [--admin] [--password-stdin]",
	summary: "create an account",
	async run(args, config, terminal) {
		const { values, positionals } = parseArgs({
			args: [...args],
			options: { admin: { type: "boolean" }, "password-stdin": { type: "boolean" } },
			allowPositionals: true,
		});
		const [handle] = positionals;
		if (handle === undefined || positionals.length > 1) throw new Usage("user add needs one handle");
		await using opened = await openCore(config);
		const password = values["password-stdin"] === true ? (await text(terminal.stdin)).replace(/\r?\n$/, "") : undefined;
		const { context } = opened;
		// A password that is refused must not leave behind an account without one.
		if (password !== undefined) await checkPassword(password, { handle, domain: context.domain });
		const account = await createAccount(context, { handle, ...(values.admin === true ? { admin: true } : {}) });
		if (password !== undefined) await setPassword(context, account.id, password, { handle, domain: context.domain });
		terminal.out(addressOf(account));
		if (password === undefined)
			terminal.err(
				`Set the password with this link, which works once, within an hour: ${await recoveryLink(context, account)}`,
			);
		return 0;
	},
};
