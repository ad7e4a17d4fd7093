import type { StoredSize } from "#core/ports/store.ts";
import type { Config } from "../config.ts";
import { openCore } from "../gateway.ts";
import type { Terminal } from "./command.ts";

/** Prints rows and bytes of each part of the store, the largest first. */
export async function printSizes(config: Config, terminal: Terminal): Promise<void> {
	await using opened = await openCore(config);
	const sizes = await opened.context.store.sizes();
	for (const line of sizeLines(sizes)) terminal.out(line);
}

/** A table of the parts that aren't empty, and their sum. */
export function sizeLines(sizes: readonly StoredSize[]): readonly string[] {
	const filled = sizes.filter(({ rows }) => rows > 0);
	const total = { name: "all", rows: sumOf(sizes, "rows"), bytes: sumOf(sizes, "bytes") };
	const cells = [...filled, total].map(({ name, rows, bytes }) => [
		name,
		`${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`,
		inWords(bytes),
		rows === 0 ? "" : `${inWords(bytes / rows)} each`,
	]);
	const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
	return cells.map(([name = "", ...numbers]) =>
		[name.padEnd(widths[0] ?? 0), ...numbers.map((number, i) => number.padStart(widths[i + 1] ?? 0))]
			.join("  ")
			.trimEnd(),
	);
}

const sumOf = (sizes: readonly StoredSize[], unit: "rows" | "bytes"): number =>
	sizes.reduce((sum, size) => sum + size[unit], 0);

const units = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes with one decimal in the largest unit of which there is at least one. */
function inWords(bytes: number): string {
	const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
	return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
