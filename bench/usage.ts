/** The CPU time and memory of processes, from Linux's /proc (proc(5)). */
import { readFileSync } from "node:fs";

/** Seconds per clock tick in /proc: `getconf CLK_TCK` is 100 wherever Node runs. */
const tick = 0.01;

/** CPU seconds used by all threads of a process; 0 if the process has ended. */
export function cpuOf(pid: number): number {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return (Number(fields[11]) + Number(fields[12])) * tick;
	} catch {
		return 0;
	}
}

/** CPU seconds used by the whole machine since it started. */
function cpuOfMachine(): number {
	const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
		readFileSync("/proc/stat", "utf8").split("\n", 1)[0] ?? ""
	)
		.split(/ +/)
		.slice(1)
		.map(Number);
	return (user + nice + system + irq + softirq) * tick;
}

/** A process and all its descendants. */
function family(pid: number = process.pid): readonly number[] {
	try {
		const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
		return [pid, ...(children === "" ? [] : children.split(" ").flatMap((child) => family(Number(child))))];
	} catch {
		return [pid];
	}
}

/** The memory of a process in MB (10⁶ bytes): its resident set size, and its proportional set size. */
export function memoryOf(pid: number): { readonly rss: number; readonly pss: number } {
	const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
	const field = (name: string): number =>
		(Number(new RegExp(`^${name}: +(\\d+) kB`, "m").exec(text)?.[1]) * 1024) / 1e6;
	return { rss: field("Rss"), pss: field("Pss") };
}

export interface Spent {
	/** Elapsed seconds. */
	readonly seconds: number;
	/** CPU seconds of the measured process. */
	readonly cpu: number;
	/** Cores that other programs than this benchmark used during the work, on average. */
	readonly foreign: number;
}

/** Does the work, and measures what it costs the process with this id. */
export async function measured<T>(pid: number, work: () => Promise<T>): Promise<Spent & { readonly value: T }> {
	const before = { own: ownCpu(), machine: cpuOfMachine(), cpu: cpuOf(pid), at: performance.now() };
	const value = await work();
	const seconds = (performance.now() - before.at) / 1000;
	const foreign = Math.max(0, cpuOfMachine() - before.machine - (ownCpu() - before.own)) / seconds;
	return { value, seconds, cpu: cpuOf(pid) - before.cpu, foreign };
}

const ownCpu = (): number => family().reduce((sum, pid) => sum + cpuOf(pid), 0);
