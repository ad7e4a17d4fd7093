import { crc32, deflateSync, inflateSync } from "node:zlib";

/**
 * Rewrites a screenshot with a palette of its 256 most frequent colours: a third of its size, without visible loss.
 *
 * @param png as Chromium makes it: 8 bits, RGB or RGBA, not interlaced
 */
export function withPalette(png: Buffer): Buffer {
	const { width, height, colors } = decode(png);
	const counts = new Map<number, number>();
	for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1);
	const palette = [...counts]
		.sort((a, b) => b[1] - a[1])
		.slice(0, 256)
		.map(([color]) => color);
	const places = new Map(palette.map((color, place) => [color, place]));
	const rows = Buffer.alloc(height * (width + 1));
	for (const [i, color] of colors.entries()) {
		let place = places.get(color);
		if (place === undefined) {
			place = nearest(palette, color);
			places.set(color, place);
		}
		rows[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = place;
	}
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, 3, 0, 0, 0], 8);
	const entries = Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]));
	return Buffer.concat([
		signature,
		chunk("IHDR", header),
		chunk("PLTE", entries),
		chunk("IDAT", deflateSync(rows, { level: 9 })),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, data: Buffer): Buffer {
	const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
	const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
	length.writeUInt32BE(data.length);
	check.writeUInt32BE(crc32(typed));
	return Buffer.concat([length, typed, check]);
}

function nearest(palette: readonly number[], color: number): number {
	const far = (other: number): number =>
		[16, 8, 0].reduce((sum, shift) => sum + (((other >> shift) & 255) - ((color >> shift) & 255)) ** 2, 0);
	let best = 0;
	for (const [place, other] of palette.entries()) if (far(other) < far(palette[best] as number)) best = place;
	return best;
}

/** The colours of a picture as 0xRRGGBB, row by row (PNG §9.2: the filters). */
function decode(png: Buffer): { width: number; height: number; colors: Uint32Array } {
	const [width, height, depth, kind] = [png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]];
	if (depth !== 8 || (kind !== 2 && kind !== 6)) throw new Error(`A PNG of depth ${depth} and kind ${kind}`);
	const parts: Buffer[] = [];
	for (let at = 8; at < png.length; ) {
		const length = png.readUInt32BE(at);
		if (png.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(png.subarray(at + 8, at + 8 + length));
		at += length + 12;
	}
	const bytes = inflateSync(Buffer.concat(parts));
	const size = kind === 2 ? 3 : 4;
	const row = width * size;
	const colors = new Uint32Array(width * height);
	let above = Buffer.alloc(row);
	for (let y = 0; y < height; y++) {
		const filter = bytes[y * (row + 1)] as number;
		const line = Buffer.from(bytes.subarray(y * (row + 1) + 1, (y + 1) * (row + 1)));
		for (let x = 0; x < row; x++) {
			const left = x < size ? 0 : (line[x - size] as number);
			const up = above[x] as number;
			const corner = x < size ? 0 : (above[x - size] as number);
			line[x] = ((line[x] as number) + predicted(filter, left, up, corner)) & 255;
		}
		for (let x = 0; x < width; x++)
			colors[y * width + x] =
				((line[x * size] as number) << 16) | ((line[x * size + 1] as number) << 8) | (line[x * size + 2] as number);
		above = line;
	}
	return { width, height, colors };
}

function predicted(filter: number, left: number, up: number, corner: number): number {
	if (filter === 0) return 0;
	if (filter === 1) return left;
	if (filter === 2) return up;
	if (filter === 3) return (left + up) >> 1;
	const guess = left + up - corner;
	const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
	return a <= b && a <= c ? left : b <= c ? up : corner;
}
