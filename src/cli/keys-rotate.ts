import { createBridgeState } from "#core/bridging/state.ts";
import { rotateProviderKey } from "#core/federation/provider-key.ts";
import { rotateSigningKeys } from "#core/identity/signing-keys.ts";
import { openWorld } from "../gateway.ts";
import { type Command, Usage } from "./command.ts";

export const keysRotate: Command = {
	usage: "keys rotate",
	summary: "replace the keys that sign tokens and requests; the old ones stay published for two more days",
	async run(args, config, terminal) {
		if (args.length > 0) throw new Usage("keys rotate takes no arguments");
		await using opened = await openWorld(config);
		const { world } = opened;
		for (const kid of await rotateSigningKeys(world)) terminal.out(kid);
		const own = await rotateProviderKey(createBridgeState(world, "provider!", world.vault), world.clock);
		terminal.out(own.kid);
		return 0;
	},
};
