import { assertNotHeld, buildGateway } from "../gateway.ts";
import { assertCanListen } from "../http/listen-error.ts";
import type { Command } from "./command.ts";
import { keepMemorySmall } from "./memory.ts";

export const serve: Command = {
	usage: "serve",
	summary: "run the provider until SIGINT or SIGTERM",
	async run(_args, config, terminal) {
		// A start that must fail says so before it opens or changes anything.
		assertNotHeld(config.dataDir);
		await assertCanListen(config.listen, "listen");
		if (config.metrics.port !== 0) await assertCanListen(config.metrics, "metrics");
		await using gateway = await buildGateway(config);
		using _memory = keepMemorySmall();
		const stopped = aborted(terminal.signal);
		// A stop does not wait for a long migration: the next start resumes it.
		await Promise.race([gateway.start(), stopped]);
		await stopped;
		await gateway.stop();
		return 0;
	},
};

const aborted = (signal: AbortSignal): Promise<void> =>
	new Promise((resolve) => {
		if (signal.aborted) resolve();
		else signal.addEventListener("abort", () => resolve(), { once: true });
	});
