import { assertNotHeld, buildGateway } from "../gateway.ts";
import { assertCanListen } from "../http/listen-error.ts";
import type { Command } from "./command.ts";
import { releaseStartUpMemory } from "./release-memory.ts";

export const serve: Command = {
	usage: "serve",
	summary: "run the provider until SIGINT or SIGTERM",
	async run(_args, config, terminal) {
		// A start that must fail says so before it opens or changes anything.
		assertNotHeld(config.dataDir);
		await assertCanListen(config.listen);
		await using gateway = await buildGateway(config);
		releaseStartUpMemory();
		await gateway.start();
		if (!terminal.signal.aborted)
			await new Promise((resolve) => terminal.signal.addEventListener("abort", resolve, { once: true }));
		await gateway.stop();
		return 0;
	},
};
