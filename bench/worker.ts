import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Answer, Call, Calls } from "./serve-calls.ts";

/** The result of a worker's function. */
type Result<C extends Calls, N extends keyof C> = Awaited<ReturnType<C[N]>>;

/** A floor, a peer or a load in a process of its own, whose functions are called by name. It exits with its parent. */
export interface Worker<C extends Calls> extends AsyncDisposable {
	readonly pid: number;
	call<N extends keyof C & string>(name: N, ...args: Parameters<C[N]>): Promise<Result<C, N>>;
}

/** @param file its path in `bench/` */
export async function startWorker<C extends Calls>(file: string): Promise<Worker<C>> {
	const child = fork(path.join(import.meta.dirname, file), {
		stdio: ["ignore", "inherit", "inherit", "ipc"],
		serialization: "advanced",
	});
	const waiting = new Map<number, { resolve(value: unknown): void; reject(reason: unknown): void }>();
	let calls = 0;
	child.on("message", ({ call, value, error }: Answer) => {
		const asker = waiting.get(call);
		waiting.delete(call);
		if (error === undefined) asker?.resolve(value);
		else asker?.reject(new Error(`${file}: ${error}`));
	});
	child.on("exit", (code, signal) => {
		for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${signal ?? code}`));
		waiting.clear();
	});
	await once(child, "spawn");
	return {
		pid: child.pid as number,
		call(name, ...args) {
			const call = ++calls;
			const answer = Promise.withResolvers<never>();
			waiting.set(call, answer);
			child.send({ call, name, args } satisfies Call);
			return answer.promise;
		},
		async [Symbol.asyncDispose]() {
			if (child.exitCode !== null || child.signalCode !== null) return;
			const exit = once(child, "exit");
			child.disconnect();
			await exit;
		},
	};
}
