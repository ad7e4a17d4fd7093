/** Line charts as SVG, without a library. */

export interface Chart {
	readonly title: string;
	readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[];
}

const colours = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf"];
const size = { width: 820, height: 240, left: 70, right: 170, top: 34, bottom: 34 };

/** Draws charts below each other, over the same values of x. */
export function draw(xName: string, charts: readonly Chart[]): string {
	const height = size.height * charts.length;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" font-family="sans-serif" font-size="12">`,
		`<rect width="${size.width}" height="${height}" fill="white"/>`,
		...charts.map((chart, n) => `<g transform="translate(0 ${n * size.height})">${drawOne(xName, chart)}</g>`),
		"</svg>",
		"",
	].join("\n");
}

function drawOne(xName: string, { title, lines }: Chart): string {
	const all = lines.flatMap(({ points }) => points);
	const maxX = Math.max(1, ...all.map(([x]) => x));
	const maxY = roundedUp(Math.max(1, ...all.map(([, y]) => y)));
	const { left, top } = size;
	const width = size.width - left - size.right;
	const height = size.height - top - size.bottom;
	const at = ([x, y]: readonly [number, number]): string =>
		`${(left + (x / maxX) * width).toFixed(1)},${(top + height - (y / maxY) * height).toFixed(1)}`;
	const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
		const y = (top + height - part * height).toFixed(1);
		return `<line x1="${left}" x2="${left + width}" y1="${y}" y2="${y}" stroke="#ddd"/><text x="${left - 6}" y="${y}" dy="4" text-anchor="end">${(part * maxY).toLocaleString("en")}</text>`;
	});
	const drawn = lines.map(({ name, points }, n) => {
		const colour = colours[n % colours.length];
		const y = top + 12 + n * 18;
		return `<polyline fill="none" stroke="${colour}" stroke-width="1.6" points="${points.map(at).join(" ")}"/><text x="${left + width + 12}" y="${y}" fill="${colour}">${name}</text>`;
	});
	const label = `<text x="${left + width}" y="${top + height + 20}" text-anchor="end">${maxX} ${xName}</text>`;
	return [`<text x="${left}" y="20" font-weight="bold">${title}</text>`, ...grid, ...drawn, label].join("\n");
}

/** The next 1, 2, 4 or 5 times a power of ten. */
function roundedUp(value: number): number {
	const power = 10 ** Math.floor(Math.log10(value));
	return ([1, 2, 4, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}
