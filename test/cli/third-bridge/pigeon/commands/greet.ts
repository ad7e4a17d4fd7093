import { addressOf, type BridgeCommand, Usage } from "#bridge-kit";
import type { PigeonConfig } from "../config.ts";

export const greet: BridgeCommand<PigeonConfig> = {
	usage: "greet <handle>",
	summary: "greet an account",
	async run([handle, ...more], { about, config, openCore, terminal }) {
		if (handle === undefined || more.length > 0) throw new Usage("pigeon greet needs one handle");
		await using core = await openCore();
		const account = await core.people.byHandle(handle, about.domain);
		if (account === undefined) {
			terminal.err(`There is no account ${handle} here`);
			return 1;
		}
		terminal.out(`${config.greeting}, ${addressOf(account)}`);
		return 0;
	},
};
