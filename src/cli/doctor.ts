import { accounts } from "#core/accounts/account.ts";
import { listDeadLetters } from "#core/bridging/outgoing/dead-letters.ts";
import { laneTroubles } from "#core/bridging/outgoing/delivery.ts";
import { lanesWithDeliveries } from "#core/bridging/outgoing/open-lanes.ts";
import { enabledBridges, openWorld } from "../gateway.ts";
import type { Command } from "./command.ts";

/** Says of each part whether it is well, and of what is not, what to do. */
export const doctor: Command = {
	usage: "doctor",
	summary: "look whether everything is well",
	async run(_args, config, terminal) {
		terminal.out(`config     ok: ${config.publicUrl}, data in ${config.dataDir}`);
		await using opened = await openWorld(config);
		const { store, clock } = opened.world;
		const people = await store.count(accounts, "local", []);
		terminal.out(`store      ok: ${config.store.kind}, ${people} ${people === 1 ? "account" : "accounts"}`);
		if (people === 0)
			terminal.out("           make the first account: npm run -s causeway -- user add <handle> --admin");
		for (const name of enabledBridges(config)) terminal.out(`bridge     ${name}: enabled`);
		const owed = await store.owed(clock.now(), 1000);
		terminal.out(
			`outgoing   ${owed.length} ${owed.length === 1 ? "event waits" : "events wait"} to be planned${owed.length > 0 ? " (is the server running?)" : ""}`,
		);
		let lanes = 0;
		for await (const reach of lanesWithDeliveries(opened.world)) {
			lanes++;
			const trouble = (await store.get(laneTroubles, reach.lane))?.doc;
			if (trouble === undefined) continue;
			terminal.out(
				`delivery   ${reach.lane}: ${trouble.failures} failures since ${iso(trouble.since)} (${trouble.reason}), next try ${iso(trouble.notBefore)}`,
			);
		}
		terminal.out(`delivery   ${lanes} ${lanes === 1 ? "lane has" : "lanes have"} work`);
		const dead = await listDeadLetters(opened.world, { limit: 20 });
		for (const { letter } of dead)
			terminal.out(
				`dead       ${letter.event} to ${letter.reach.lane}: ${letter.reason ?? "unknown"} (${iso(letter.diedAt)})`,
			);
		terminal.out(
			dead.length === 0 ? "dead       none" : "dead       give them another life with: deliveries replay <lane>",
		);
		return 0;
	},
};

const iso = (ms: number): string => new Date(ms).toISOString();
