import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { Conflict, SetupError } from "#core/errors.ts";
import { addAccount } from "#core/identity/add-account.ts";
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
		const { account, link } = await addAccount(opened.context, {
			handle,
			admin: values.admin === true,
			...(password !== undefined && { password }),
		}).catch((error: unknown) => {
			throw error instanceof Conflict ? new SetupError(taken(error, handle), { cause: error }) : error;
		});
		terminal.out(addressOf(account));
		if (link !== undefined) terminal.err(`Set the password with this link, which works once, within an hour: ${link}`);
		return 0;
	},
};

/** The command may have been interrupted after it had created the account, and before it printed the link. */
const taken = (error: Conflict, handle: string): string =>
	`${error.message}. If its owner can't sign in, print a link where a new password is set: user recover ${handle}`;
