/** Figures of one round, by name. */
export type Figures = Readonly<Record<string, number>>;

/** The figure that says what an item cost in CPU time. */
export const cpuEach = "CPU ms each";

/** One of those that are compared: ourselves, the floor, a peer. */
export interface Side {
	readonly name: string;
	/** One round, its preparation included; only what it measures is in the figures. */
	round(number: number): Promise<Figures>;
}

/** What the rounds of a side come to. */
export interface Summary {
	readonly median: number;
	readonly min: number;
	readonly max: number;
}
export type Results = Readonly<Record<string, Readonly<Record<string, Summary>>>>;

/** The figure that says how many cores others used meanwhile, and how many of them leave a round quiet. */
export const foreignCores = "foreign cores";
const quiet = 0.12;

export interface Interleaved {
	readonly results: Results;
	/** Rounds that were run, and that were disturbed by others; of these the quietest are in the results where quiet ones lack. */
	readonly run: number;
	readonly disturbed: number;
}

/**
 * The sides take turns (A B C A B C …), so that what else the machine does meets all of them alike. A round in which it does
 * too much is run again, up to twice as many times as were asked for; the quietest count.
 */
export async function interleave(sides: readonly Side[], rounds: number): Promise<Interleaved> {
	const all: { readonly figures: readonly Figures[]; readonly foreign: number }[] = [];
	const disturbed = (): number => all.filter(({ foreign }) => foreign > quiet).length;
	while (all.length - disturbed() < rounds && all.length < 3 * rounds) {
		const figures: Figures[] = [];
		for (const side of sides) {
			const one = await side.round(all.length + 1);
			figures.push(one);
			console.log(`round ${all.length + 1} ${side.name}:`, lineOf(one));
		}
		all.push({ figures, foreign: Math.max(...figures.map((one) => one[foreignCores] ?? 0)) });
	}
	const counted = all.toSorted((a, b) => a.foreign - b.foreign).slice(0, rounds);
	const of = (index: number): Record<string, Summary> =>
		summarise(counted.map(({ figures }) => figures[index] as Figures));
	return {
		results: Object.fromEntries(sides.map(({ name }, index) => [name, of(index)])),
		run: all.length,
		disturbed: disturbed(),
	};
}

/** The CPU that one side spends on an item, as a share of another's: what a busy machine changes least. */
export const cpuRatio = (results: Results, side: string, to: string): string =>
	`CPU per item, ${side} ÷ ${to}: ${short(medianOf(results, side, cpuEach) / medianOf(results, to, cpuEach))}.`;

/** What a reader must know of how quiet it was. */
export const quietness = ({ run, disturbed }: Interleaved): string =>
	`${run} rounds were run, in ${disturbed} of which others used more than ${quiet} cores; the quietest count.`;

function summarise(list: readonly Figures[]): Record<string, Summary> {
	const names = new Set(list.flatMap((figures) => Object.keys(figures)));
	return Object.fromEntries(
		[...names].map((name) => [name, summaryOf(list.map((figures) => figures[name] ?? Number.NaN))]),
	);
}

export function summaryOf(values: readonly number[]): Summary {
	const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
	return { median: quantile(known, 0.5), min: known[0] ?? Number.NaN, max: known.at(-1) ?? Number.NaN };
}

/** The value below which this share of the sorted values lies; between two values, their mean by distance. */
export function quantile(sorted: readonly number[], share: number): number {
	const place = (sorted.length - 1) * share;
	const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
	return low + (high - low) * (place - Math.floor(place));
}

/** The median of one figure of one side. */
export const medianOf = (results: Results, side: string, figure: string): number =>
	results[side]?.[figure]?.median ?? Number.NaN;

const lineOf = (figures: Figures): string =>
	Object.entries(figures)
		.map(([name, value]) => `${name} ${short(value)}`)
		.join(", ");

/** A number as it reads well: three digits that mean something. */
export function short(value: number): string {
	if (!Number.isFinite(value)) return "–";
	if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-GB");
	return String(Number(value.toPrecision(3)));
}
