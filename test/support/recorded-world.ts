import net, { Socket } from "node:net";

/** The time at which recorded data was written, and the addresses that it names. */
export interface RecordedWorld {
	/** Milliseconds that are added to the clock; negative: it is set back. */
	readonly offsetMs: number;
	/** Recorded addresses (`localhost:8481`) → the ports of 127.0.0.1 on which the same hosts listen in this run. */
	readonly ports: Readonly<Record<string, number>>;
}

/** The offset with which the clock shows `time` now. @param time milliseconds since 1970 */
export const offsetTo = (time: number): number => Math.round(time - performance.timeOrigin - performance.now());

let world: RecordedWorld = { offsetMs: 0, ports: {} };
let isEntered = false;

/**
 * Makes this thread run at the time at which recorded data was written, and connects it to the hosts that the data names:
 * `Date` shows that time, and a connection to a recorded address goes to the port on which that host listens in this run. So
 * the data is used byte for byte as it was written: its tokens have not expired, and all ports can be free ones. Calling it
 * again replaces time and addresses.
 */
export function enterRecordedWorld(entered: RecordedWorld): void {
	world = entered;
	if (isEntered) return;
	isEntered = true;
	setClock();
	redirectConnections();
}

function setClock(): void {
	const RealDate = Date;
	const now = (): number => RealDate.now() + world.offsetMs;
	globalThis.Date = new Proxy(RealDate, {
		construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
		apply: () => new RealDate(now()).toString(),
		get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
	});
}

function redirectConnections(): void {
	const { connect } = Socket.prototype;
	function redirected(this: Socket, ...args: unknown[]): Socket {
		// `net.connect` passes one list of options and callback; a direct call passes the options themselves.
		const list = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
		const options = list[0] as { readonly host?: string; readonly port?: number | string } | undefined;
		const port = world.ports[`${options?.host}:${options?.port}`];
		if (port !== undefined) list[0] = { ...options, host: "127.0.0.1", port };
		return Reflect.apply(connect, this, args) as Socket;
	}
	Object.assign(net.Socket.prototype, { connect: redirected });
}
