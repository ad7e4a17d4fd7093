/** The figures of one round, by name. */
export type Figures = Readonly<Record<string, number>>;

/** The name of the figure for the CPU time per item. */
export const cpuEach = "CPU ms each";

/** One of the programs that are compared: Causeway, the floor, or a peer. */
export interface Side {
	readonly name: string;
	/** Runs one round. The figures don't include its preparation. */
	round(number: number): Promise<Figures>;
}

/** A figure of a side over all rounds. */
export interface Summary {
	readonly median: number;
	readonly min: number;
	readonly max: number;
}
export type Results = Readonly<Record<string, Readonly<Record<string, Summary>>>>;

/** The name of the figure for the cores that other programs used during a round. A round is quiet up to this many. */
export const foreignCores = "foreign cores";
const quiet = 0.12;

export interface Interleaved {
	readonly results: Results;
	/** How many rounds were run, and how many of them were not quiet. If there are too few quiet rounds, the quietest others count. */
	readonly run: number;
	readonly disturbed: number;
}

/**
 * Runs the sides in turns (A B C A B C …), so that other load on the machine affects all of them alike. A round that was not quiet
 * is repeated, up to three times as many rounds as requested in all. The quietest rounds count.
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

/** The CPU time of one side per item, divided by another side's. It is the figure that other load on the machine changes least. */
export const cpuRatio = (results: Results, side: string, to: string): string =>
	`CPU per item, ${side} ÷ ${to}: ${short(medianOf(results, side, cpuEach) / medianOf(results, to, cpuEach))}.`;

/** Says how quiet the machine was. */
export const quietness = ({ run, disturbed }: Interleaved): string =>
	`${run} rounds were run; in ${disturbed} of them other programs used more than ${quiet} cores. The quietest rounds count.`;

export function summarise(list: readonly Figures[]): Record<string, Summary> {
	const names = new Set(list.flatMap((figures) => Object.keys(figures)));
	return Object.fromEntries(
		[...names].map((name) => [name, summaryOf(list.map((figures) => figures[name] ?? Number.NaN))]),
	);
}

export function summaryOf(values: readonly number[]): Summary {
	const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
	return { median: quantile(known, 0.5), min: known[0] ?? Number.NaN, max: known.at(-1) ?? Number.NaN };
}

/** The value below which this share of the sorted values lies, interpolated linearly between two values. */
export function quantile(sorted: readonly number[], share: number): number {
	const place = (sorted.length - 1) * share;
	const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
	return low + (high - low) * (place - Math.floor(place));
}

/** The median of a figure of a side. */
export const medianOf = (results: Results, side: string, figure: string): number =>
	results[side]?.[figure]?.median ?? Number.NaN;

const lineOf = (figures: Figures): string =>
	Object.entries(figures)
		.map(([name, value]) => `${name} ${short(value)}`)
		.join(", ");

/** Formats a number with three significant digits. */
export function short(value: number): string {
	if (!Number.isFinite(value)) return "–";
	if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-GB");
	return String(Number(value.toPrecision(3)));
}
