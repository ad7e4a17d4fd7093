import { accounts } from "#core/accounts/account.ts";
import { listDeadLetters } from "#core/bridging/outgoing/dead-letters.ts";
import { deliveryLane, deliveryLaneName } from "#core/bridging/outgoing/delivery.ts";
import { lanesWithDeliveries } from "#core/bridging/outgoing/open-lanes.ts";
import type { Marker } from "#core/events/consumers.ts";
import { laneRecords, sleepingLanes } from "#core/events/lane-holds.ts";
import { describeLead, logLead } from "#core/events/log-times.ts";
import { enabledBridges, holderOf, openCore } from "../gateway.ts";
import { diagnoseBridge } from "./bridge-commands.ts";
import { type Command, Usage } from "./command.ts";
import { diskLine, fileLines } from "./doctor-data.ts";
import { printSizes } from "./doctor-sizes.ts";

/** What the events of each consumer of the log are waiting for. */
const waiting: Readonly<Record<Marker, string>> = { bridge: "delivery planning", erase: "erasure" };

/** Reports the state of each part, and what to do about problems. */
export const doctor: Command = {
	usage: "doctor [--sizes]",
	summary: "report the state of the provider and its problems, or how large the parts of the store are",
	async run(args, config, terminal) {
		if (args.length > 1 || (args[0] ?? "--sizes") !== "--sizes") throw new Usage("doctor takes nothing but --sizes");
		if (args.length === 1) {
			await printSizes(config, terminal);
			return 0;
		}
		terminal.out(`config     ok: ${config.publicUrl}, data in ${config.dataDir}`);
		terminal.out(diskLine(config));
		const holder = holderOf(config.dataDir);
		terminal.out(
			holder === undefined
				? "server     not running"
				: `server     running: process ${holder.pid} on ${holder.host}, since ${iso(holder.since)}`,
		);
		await using opened = await openCore(config);
		const { store } = opened.context;
		const people = await store.count(accounts, "local", []);
		terminal.out(`store      ok: ${config.store.kind}, ${people} ${people === 1 ? "account" : "accounts"}`);
		for (const line of fileLines(config)) terminal.out(line);
		if (people === 0)
			terminal.out("           create the first account with: npm run -s causeway -- user add <handle> --admin");
		const lead = await logLead(opened.context);
		if (lead > 0) terminal.out(`clock      ${describeLead(lead)}`);
		for (const name of enabledBridges(config))
			for (const line of (await diagnoseBridge(opened.installed, name, config, terminal)) ?? ["enabled"])
				terminal.out(`bridge     ${name}: ${line}`);
		for (const [marker, work] of Object.entries(waiting)) {
			const { length } = await store.owedStreams(marker, { limit: 1000 });
			terminal.out(
				`${marker.padEnd(10)} ${length} ${length === 1 ? "stream has" : "streams have"} events waiting for ${work}${length > 0 && holder === undefined ? " (the server is not running)" : ""}`,
			);
		}
		let lanes = 0;
		for await (const lane of lanesWithDeliveries(opened.context)) {
			lanes++;
			const trouble = (await store.get(laneRecords, deliveryLane(lane)))?.doc.trouble;
			if (trouble === undefined || trouble.asleep !== undefined) continue;
			terminal.out(
				trouble.failures === 0
					? `delivery   ${lane}: nothing accepted since ${iso(trouble.since)} (${trouble.reason})`
					: `delivery   ${lane}: ${trouble.failures} failures since ${iso(trouble.since)} (${trouble.reason}), next attempt ${iso(trouble.notBefore)}`,
			);
		}
		terminal.out(`delivery   ${lanes} ${lanes === 1 ? "lane has" : "lanes have"} deliveries waiting`);
		for await (const { lane, trouble } of sleepingLanes(opened.context))
			terminal.out(
				`asleep     ${deliveryLaneName(lane) ?? lane}: nothing accepted since ${iso(trouble.since)} (${trouble.reason}), ${trouble.dropped ?? 0} deliveries dropped, next attempt ${iso(trouble.notBefore)}`,
			);
		const dead = await listDeadLetters(opened.context, { limit: 20 });
		for (const { letter } of dead)
			terminal.out(
				`dead       ${letter.event} to ${letter.reach.lane}: ${letter.reason ?? "unknown"} (${iso(letter.diedAt)})`,
			);
		terminal.out(
			dead.length === 0
				? "dead       none"
				: "dead       retry these deliveries with: deliveries replay <lane>; delete them with: deliveries discard <lane>",
		);
		return 0;
	},
};

const iso = (ms: number): string => new Date(ms).toISOString();
