/**
 * B17: pages of the home timeline of someone who follows 20, 100, 500 or 2,000 people. `busy`: those people have just posted. `quiet`: others
 * have posted thousands of memos since. Measured are CPU time and store calls for the first page and for the second, with the way that the
 * provider chooses and with all follows merged, as earlier versions did.
 */
import { follow } from "#core/access/join-channel.ts";
import { readableById } from "#core/access/readable-place.ts";
import { createAccount } from "#core/accounts/create-account.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import { type HomeCursor, homeTimeline } from "#core/messages/home-timeline.ts";
import { postMessage } from "#core/messages/post-message.ts";
import type { Account } from "#core/model/account.ts";
import { openCore, readConfig } from "../src/gateway.ts";
import { openFolder } from "./folder.ts";
import { together } from "./load/signing.ts";
import { counting } from "./load/store-calls.ts";
import { whole } from "./options.ts";
import { cpuEach, interleave, medianOf, type Side } from "./rounds.ts";
import type { Benchmark } from "./run.ts";

const sizes = [20, 100, 500, 2_000] as const;
const most = Math.max(...sizes);
const pageSize = 20;
const callsEach = "store calls";

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 5);
	const pages = whole(options, "pages", 100);
	const strangers = whole(options, "strangers", 5_000);
	using folder = openFolder();
	const env = { CAUSEWAY_DATA_DIR: folder.path, CAUSEWAY_LOG_LEVEL: "error" };
	await using opened = await openCore(await readConfig(undefined, env));
	const { context } = opened;
	const { readers, authors } = await follows(context);
	const sides: Side[] = [];
	const all = { named: "merged", options: { few: 1_000_000 } };
	const addSides = (state: string) => {
		for (const { size, reader } of readers)
			for (const { named, options: way } of [{ named: "", options: {} }, all])
				for (const depth of [1, 2])
					sides.push({
						name: `${size} follows, ${state}, page ${depth}${named === "" ? "" : `, ${named}`}`,
						round: () => read(context, reader, { pages, depth, way }),
					});
	};
	await say(context, authors, 2 * most);
	addSides("busy");
	const busy = await interleave(sides.splice(0), rounds);
	const others = await people(context, "stranger", 50);
	await say(context, others, strangers);
	addSides("quiet");
	const quiet = await interleave(sides, rounds);
	const results = { ...busy.results, ...quiet.results };
	const ratio = (state: string) =>
		medianOf(results, `${most} follows, ${state}, page 1`, cpuEach) /
		medianOf(results, `20 follows, ${state}, page 1`, cpuEach);
	return {
		about: `Pages of ${pageSize} of the home timeline on SQLite, ${pages} times each; ${strangers} memos of strangers before the quiet rounds.`,
		rounds,
		results,
		goals: [
			{ what: `CPU with ${most} follows ÷ with 20, busy`, value: ratio("busy"), goal: { atMost: 3 } },
			{ what: `CPU with ${most} follows ÷ with 20, quiet`, value: ratio("quiet"), goal: { atMost: 20 } },
		],
	};
};
export default benchmark;

async function people(context: IdentityContext, name: string, count: number): Promise<readonly Account[]> {
	const made: Account[] = [];
	await together(count, 100, async (n) => {
		made.push(await createAccount(context, { handle: `${name}${n}` }));
	});
	return made;
}

/** Readers with each number of follows, whom they follow among the same people. */
async function follows(context: IdentityContext) {
	const authors = await people(context, "author", most);
	const readers: { readonly size: number; readonly reader: Account }[] = [];
	for (const size of sizes) {
		const reader = await createAccount(context, { handle: `reader${size}` });
		readers.push({ size, reader });
		await together(size, 100, async (n) => {
			// Spread over all of them, so that those who have just posted are among those whom everyone follows.
			const author = authors[Math.floor((n * most) / size)] as Account;
			const place = await readableById(context, author.timeline, reader);
			if (place !== undefined) await follow(context, place, reader);
		});
	}
	return { readers, authors };
}

async function say(context: IdentityContext, authors: readonly Account[], count: number): Promise<void> {
	await together(count, 100, async (n) => {
		const author = authors[(n * 7_919) % authors.length] as Account;
		const place = await readableById(context, author.timeline, author);
		if (place === undefined) throw new Error("An author can't read their timeline");
		const content = { text: `Memo ${n} ${"x".repeat(200)}`, mime: "text/plain" } as const;
		await postMessage(context, author, place, { type: "memo", content }, {});
	});
}

/** Reads one page many times: the one at a depth, after those above it. */
async function read(
	context: IdentityContext,
	reader: Account,
	{ pages, depth, way }: { readonly pages: number; readonly depth: number; readonly way: { readonly few?: number } },
) {
	const { store, calls } = counting(context.store);
	const page = (before: HomeCursor | undefined) =>
		homeTimeline({ store }, reader, { limit: pageSize, ...way, ...(before === undefined ? {} : { before }) });
	let before: HomeCursor | undefined;
	for (let above = 1; above < depth; above++) before = (await page(before)).at(-1)?.message;
	for (let warm = 0; warm < 5; warm++) await page(before);
	const [callsBefore, cpuBefore] = [calls(), process.cpuUsage()];
	for (let n = 0; n < pages; n++) if ((await page(before)).length !== pageSize) throw new Error("A page is not full");
	const { user, system } = process.cpuUsage(cpuBefore);
	return { [cpuEach]: (user + system) / 1000 / pages, [callsEach]: (calls() - callsBefore) / pages };
}
