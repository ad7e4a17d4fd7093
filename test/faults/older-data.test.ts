import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { checkDeliveries } from "../fixtures/checks/deliveries.ts";
import { checkActivities } from "../fixtures/checks/fediverse.ts";
import { checkPosts } from "../fixtures/checks/posting.ts";
import { checkReadings } from "../fixtures/checks/readings.ts";
import { checkRooms } from "../fixtures/checks/rooms.ts";
import { checkSignIn } from "../fixtures/checks/sign-in.ts";
import { type Copy, openCopy } from "../fixtures/copy.ts";
import { origin } from "../fixtures/peers.ts";
import { type Recorded, recorded } from "../fixtures/recorded.ts";
import { readRecording } from "../fixtures/recording.ts";
import { type MongoPeer, startMongo } from "../peers/mongodb.ts";
import type { LastWrite } from "../support/last-write.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { executable } from "../support/run-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const copies = process.env.CAUSEWAY_LONG === "1" ? 20 : 1;
const kills = 5;
/** About how many writes happen until the program is ready, and until it has finished pending work. */
const writes = { sqlite: [25, 300], mongodb: [160, 700] } as const;
/** The latest time of a kill, in milliseconds; by then the program is ready even on a slow machine. */
const latestKillMs = 1_500;

let server: MongoPeer;
test.before(async () => {
	server = await startMongo();
});
test.after.always(() => server?.stop());

for (const one of recorded())
	test.serial(`data that ${one.commit} wrote to ${one.name} survives ${kills} kills while it is opened`, async (t) => {
		const random = seededRandom();
		t.log(`seed ${random.seed}: CAUSEWAY_TEST_SEED=${random.seed} makes the same choices`);
		for (let i = 0; i < copies; i++) await openAndKill(t, one, random);
	});

async function openAndKill(t: ExecutionContext, { name, folder, kind }: Recorded, random: Random): Promise<void> {
	const recording = await readRecording(folder);
	await using copy = await openCopy(kind(server), folder, recording, await temporaryFolder(t));
	const port = name === "mongodb" ? { port: Number(new URL(server.url).port) } : {};
	for (let i = 0; i < kills; i++) {
		const number = random.integer(1, random.pick(writes[name]) ?? 1);
		await serveAndKill(t, copy, i % 2 === 0 ? { number, ...port } : random.integer(0, latestKillMs));
	}
	await copy.start();
	await checkDeliveries(t, copy, recording, kills);
	await checkReadings(t, recording);
	await checkSignIn(t, recording);
	await checkPosts(t, copy, recording);
	await checkActivities(t, copy, recording);
	await checkRooms(t, copy, recording);
}

/** Starts the program and kills it at a write to its database or after a time in milliseconds. */
async function serveAndKill(t: ExecutionContext, { env }: Copy, end: LastWrite | number): Promise<void> {
	const last = typeof end === "number" ? {} : { CAUSEWAY_TEST_LAST_WRITE: JSON.stringify(end) };
	const child = spawn(process.execPath, ["--disable-warning=DEP0060", executable, "serve"], {
		env: { ...process.env, ...env, ...last },
		stdio: ["ignore", "inherit", "inherit"],
	});
	const ended = once(child, "exit");
	const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
	if (typeof end === "number") await pause(end);
	else await untilIdle(isRunning);
	const state = (await isReady()) ? "ready" : "opening";
	child.kill("SIGKILL");
	const [code, signal] = await ended;
	t.is(signal, "SIGKILL", `it ended with ${code}`);
	t.log(
		typeof end === "number" ? `killed after ${end} ms, ${state}` : `killed at write ${end.number} or later, ${state}`,
	);
}

/** Resolves when the program has ended, or has been ready for a while. */
async function untilIdle(isRunning: () => boolean): Promise<void> {
	while (isRunning() && !(await isReady())) await pause(20);
	for (let i = 0; i < 25 && isRunning(); i++) await pause(20);
}

const isReady = async (): Promise<boolean> => (await fetch(`${origin}/readyz`).catch(() => undefined))?.status === 200;
