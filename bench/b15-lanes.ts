/**
 * B15: how fast one lane works off a backlog, to a host that answers at once: the memos of one, two and eight channels, and the memos of one
 * channel in a Matrix room. The memos are posted while the server is stopped. Measured is the time from the first arrival to the last.
 */

import { readable } from "#core/access/readable-place.ts";
import { findAccount } from "#core/accounts/find-account.ts";
import { placeOf } from "#core/groups/place.ts";
import type { ChannelId } from "#core/ids.ts";
import { postMessage } from "#core/messages/post-message.ts";
import { openCore, readConfig } from "../src/gateway.ts";
import type { Provider } from "./causeway.ts";
import { openFolder } from "./folder.ts";
import { addFollowers } from "./followers.ts";
import { openLinkedRoom } from "./linked-room.ts";
import type { Homeserver } from "./load/homeserver.ts";
import { together } from "./load/signing.ts";
import type { Sink } from "./load/sink.ts";
import { whole } from "./options.ts";
import { cpuEach, type Figures, foreignCores, interleave, medianOf, quietness, type Side } from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import { measured } from "./usage.ts";
import { startWorker } from "./worker.ts";

/** The numbers of channels whose memos go to one host. */
const widths = [1, 2, 8];

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 5);
	const items = whole(options, "items", 2_000);
	using folder = openFolder();
	await using sink = await startWorker<Sink>("load/sink.ts");
	await using homeserver = await startWorker<Homeserver>("load/homeserver.ts");
	const port = await sink.call("open");
	const { causeway, room } = await openLinkedRoom(folder.path, await homeserver.call("open"));
	const authors = widths.map((width) => Array.from({ length: width }, (_, n) => `of${width}n${n}`));
	for (const handle of authors.flat()) await causeway.command("user", "add", handle);
	await addFollowers(
		causeway.configFile,
		port,
		authors.flatMap((handles, first) => handles.map((handle) => ({ handle, hosts: 1, each: 1, first }))),
	);
	let memo = 0;

	/** Starts the server, and measures until what waited has arrived. */
	async function workedOff(arrived: () => Promise<number>): Promise<Figures> {
		await using server = await causeway.serve();
		const { value: seconds, cpu, foreign } = await measured(server.pid, arrived);
		return { "items/s": (items - 1) / seconds, [cpuEach]: (cpu / items) * 1000, [foreignCores]: foreign };
	}

	const sides: Side[] = [
		...authors.map((handles) => ({
			name: nameOf(handles.length),
			async round(): Promise<Figures> {
				const marker = `lane-${++memo}`;
				await post(causeway, handles, items, marker);
				return workedOff(async () => {
					const { first, last } = await sink.call("came", marker, items);
					return (last - first) / 1e6;
				});
			},
		})),
		{
			name: "a Matrix room",
			async round() {
				await post(causeway, [room], items, `lane-${++memo}`);
				return workedOff(() => homeserver.call("came", items));
			},
		},
	];
	for (const side of sides) await side.round(0);
	const run = await interleave(sides, rounds);
	return {
		about: `The deliveries of ${items} memos that waited for one host, by the number of channels that they are from, and for one Matrix room, from the first arrival to the last.`,
		rounds,
		results: run.results,
		goals: sides.map(({ name }) => ({
			what: `items/s, ${name}`,
			value: medianOf(run.results, name, "items/s"),
			goal: { atLeast: 300 },
		})),
		notes: [quietness(run), "The CPU time includes the start of the server and the planning of the deliveries."],
	};
};
export default benchmark;

const nameOf = (width: number): string => `${width} ${width === 1 ? "channel" : "channels"}`;

/** Posts memos in turns in these places, without a server: the timelines of accounts, by handle, or a channel, by id. */
async function post(
	{ configFile }: Pick<Provider, "configFile">,
	places: readonly string[],
	count: number,
	marker: string,
): Promise<void> {
	await using opened = await openCore(await readConfig(configFile, {}));
	const { context } = opened;
	await together(count, 100, async (n) => {
		const name = places[n % places.length] ?? "";
		const isChannel = name.startsWith("chn_");
		const author = await findAccount(context, isChannel ? "jane" : name);
		const place = author && (await placeOf(context, isChannel ? (name as ChannelId) : author.timeline));
		const known = await readable(context, place, author);
		if (author === undefined || known === undefined) throw new Error(`There is no place ${name}`);
		const content = { text: `Memo ${n}. The marker of this one is ${marker}.`, mime: "text/plain" } as const;
		await postMessage(context, author, known, { type: "memo", content }, {});
	});
}
