/**
 * `causeway serve` with fail-points: the parent process sends a fail-point and the hit at which this process ends, as if the
 * machine had lost power. Everything else is the program itself.
 */
import { type FailPoint, failPoints } from "#core/ports/fail-points.ts";
import { buildGateway, readConfig } from "../../src/gateway.ts";

/** The message of the parent process. */
export interface Arming {
	readonly point: FailPoint;
	/** 1: the next hit. */
	readonly hit: number;
}

let armed: Arming | undefined;
let hits = 0;

process.on("message", (message: Arming) => {
	if (!failPoints.includes(message.point)) throw new Error(`There is no fail-point ${message.point}`);
	armed = message;
	hits = 0;
	process.send?.("armed");
});
process.channel?.unref();

const ending = new Promise((resolve) => process.once("SIGTERM", resolve));
await using gateway = await buildGateway(await readConfig(undefined, process.env), {
	failPoints: {
		hit(name) {
			if (name === armed?.point && ++hits === armed.hit) process.kill(process.pid, "SIGKILL");
		},
	},
});
await gateway.start();
await ending;
await gateway.stop();
