import { Socket } from "node:net";
import { DatabaseSync, StatementSync } from "node:sqlite";

/** The write to the database at which a process ends. */
export interface LastWrite {
	/** 1: the first. The process ends before this write. */
	readonly number: number;
	/** The port of the database server; absent: SQLite. */
	readonly port?: number;
}

/**
 * Ends this process during its work with the database, as a loss of power does: at a statement that may write (SQLite) or
 * at a message to the server. So a kill can hit every step of a start, however fast the machine is.
 */
export function endAtWrite({ number, port }: LastWrite): void {
	let count = 0;
	function watch(prototype: object, method: string, counts: (receiver: unknown) => boolean = () => true): void {
		const original = Reflect.get(prototype, method) as (...args: unknown[]) => unknown;
		Object.assign(prototype, {
			[method](this: unknown, ...args: unknown[]) {
				if (counts(this) && ++count === number) process.kill(process.pid, "SIGKILL");
				return Reflect.apply(original, this, args);
			},
		});
	}
	if (port === undefined) {
		watch(DatabaseSync.prototype, "exec");
		watch(StatementSync.prototype, "run");
	} else watch(Socket.prototype, "write", (socket) => (socket as Socket).remotePort === port);
}
