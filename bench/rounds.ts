/** Figures of one round, by name. */
export type Figures = Readonly<Record<string, number>>;

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

/** The sides take turns (A B C A B C …), so that what else the machine does meets all of them alike. */
export async function interleave(sides: readonly Side[], rounds: number): Promise<Results> {
	const all = new Map(sides.map(({ name }) => [name, [] as Figures[]]));
	for (let number = 1; number <= rounds; number++) {
		for (const side of sides) {
			const figures = await side.round(number);
			all.get(side.name)?.push(figures);
			console.log(`round ${number}/${rounds} ${side.name}:`, lineOf(figures));
		}
	}
	return Object.fromEntries([...all].map(([name, list]) => [name, summarise(list)]));
}

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
