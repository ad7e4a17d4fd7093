import { execFile } from "node:child_process";
import { promisify } from "node:util";
import test from "ava";

const memory = new URL("../../src/cli/memory.ts", import.meta.url);

/** Works like a busy server: makes many objects, few of which stay alive, and then rests. */
const script = `
	import { getHeapSpaceStatistics } from "node:v8";
	import { setTimeout as rest } from "node:timers/promises";
	const { keepMemorySmall } = await import(${JSON.stringify(memory)});
	const sizes = () => {
		const spaces = getHeapSpaceStatistics();
		return {
			young: spaces.find(({ space_name }) => space_name === "new_space").space_size,
			all: spaces.reduce((sum, { physical_space_size }) => sum + physical_space_size, 0),
		};
	};
	using kept = process.argv[1] === "kept" ? keepMemorySmall(200) : undefined;
	let alive = [];
	let most = 0;
	for (let round = 0; round < 300; round++) {
		for (let n = 0; n < 20_000; n++) alive[(round * 20_000 + n) % 400_000] = { n, pair: [n, n] };
		most = Math.max(most, sizes().young);
		await rest(0);
	}
	alive = [];
	const busy = sizes().all;
	for (let turn = 0; process.argv[1] === "kept" && sizes().all > busy / 2 && turn < 600; turn++) await rest(100);
	process.stdout.write(JSON.stringify({ most, busy, idle: sizes().all }));
`;

interface Sizes {
	readonly most: number;
	readonly busy: number;
	readonly idle: number;
}

async function sizes(kind: "kept" | "free"): Promise<Sizes> {
	const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script, kind]);
	return JSON.parse(stdout) as Sizes;
}

test("the space for new objects stays small under load, and an idle process gives memory back", async (t) => {
	const [kept, free] = [await sizes("kept"), await sizes("free")];
	t.true(kept.most <= 34_000_000, `${kept.most} bytes for new objects`);
	t.true(free.most > 34_000_000, `without a limit: ${free.most} bytes`);
	t.true(kept.idle <= kept.busy / 2, `${kept.idle} bytes of ${kept.busy} are left`);
});
