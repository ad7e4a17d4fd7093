import { createBridgeState } from "#core/bridging/state.ts";
import { rotateProviderKey } from "#core/federation/provider-key.ts";
import { rotateSigningKeys } from "#core/identity/signing-keys.ts";
import { openCore } from "../gateway.ts";
import { type Command, Usage } from "./command.ts";

export const keysRotate: Command = {
	usage: "keys rotate",
	summary: "replace the keys that sign tokens and requests; the old ones stay published for two more days",
	async run(args, config, terminal) {
		if (args.length > 0) throw new Usage("keys rotate takes no arguments");
		await using opened = await openCore(config);
		const { context } = opened;
		for (const kid of await rotateSigningKeys(context)) terminal.out(kid);
		const own = await rotateProviderKey(createBridgeState(context, "provider!", context.vault), context.clock);
		terminal.out(own.kid);
		return 0;
	},
};
