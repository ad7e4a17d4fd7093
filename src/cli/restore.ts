import { beginEpoch } from "#core/events/epochs.ts";
import { openCore, takeServerLock } from "../gateway.ts";
import type { Command } from "./command.ts";

/** Prepares a store that was restored from a backup for going on. To be run once, before the server starts. */
export const restore: Command = {
	usage: "restore",
	summary: "go on from a backup that was put in place of the database",
	async run(_args, config, terminal) {
		using _lock = takeServerLock(config.dataDir, "restore");
		await using opened = await openCore(config, { acceptsOlder: true });
		const { store, clock } = opened.context;
		const { name } = await beginEpoch(store, clock.now());
		terminal.out(`The store has begun a new epoch (${name}): no id that was given out before will be given out again.`);
		terminal.out(
			'What happened after the backup is lost here, but not elsewhere: see docs/operations.md, "Restoring a backup".',
		);
		return 0;
	},
};
