import { rotateSigningKeys } from "#core/identity/signing-keys.ts";
import { openWorld } from "../gateway.ts";
import { type Command, Usage } from "./command.ts";

export const keysRotate: Command = {
	usage: "keys rotate",
	summary: "sign tokens with new keys from now on; the old ones are published for two more days",
	async run(args, config, terminal) {
		if (args.length > 0) throw new Usage("keys rotate takes nothing");
		await using opened = await openWorld(config);
		for (const kid of await rotateSigningKeys(opened.world)) terminal.out(kid);
		return 0;
	},
};
