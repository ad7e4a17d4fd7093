import { parseArgs } from "node:util";
import { localAccount } from "#core/accounts/find-account.ts";
import { addToken } from "#core/identity/tokens.ts";
import { openCore } from "../gateway.ts";
import { type Command, Usage } from "./command.ts";

export const tokenAdd: Command = {
	usage: 'token add <handle> [--scope "ofscp"] [--name NAME]',
	summary: "create a personal access token and print only the token",
	async run(args, config, terminal) {
		const { values, positionals } = parseArgs({
			args: [...args],
			options: { scope: { type: "string", default: "ofscp" }, name: { type: "string", default: "command line" } },
			allowPositionals: true,
		});
		const [handle] = positionals;
		if (handle === undefined || positionals.length > 1) throw new Usage("token add needs one handle");
		await using opened = await openCore(config);
		const account = await localAccount(opened.context, handle);
		if (account === undefined) {
			terminal.err(`There is no account ${handle} here. Create it with: user add ${handle}`);
			return 1;
		}
		const scopes = values.scope.split(/\s+/).filter((scope) => scope !== "");
		if (scopes.length === 0) throw new Usage("--scope needs at least one scope");
		terminal.out(await addToken(opened.context, { account: account.id, scopes, name: values.name }));
		return 0;
	},
};
