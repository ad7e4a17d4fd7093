import type { World } from "../../events/world.ts";
import { type LaneTrouble, laneTroubles } from "./delivery.ts";
import { backOff } from "./retry.ts";

/** Notes that a lane's host is in trouble. Resolves with the time of the next try. */
export async function noteTrouble(
	{ store, clock, logger }: Pick<World, "store" | "clock" | "logger">,
	lane: string,
	now: LaneTrouble | undefined,
	{ reason, afterMs }: { readonly reason: string; readonly afterMs?: number },
): Promise<number> {
	const failures = (now?.failures ?? 0) + 1;
	const notBefore = clock.now() + backOff(failures, afterMs);
	const doc = { failures, notBefore, since: now?.since ?? clock.now(), reason };
	await store.delete(laneTroubles, lane);
	await store.insertMissing(laneTroubles, [{ id: lane, doc }]);
	logger.info({ lane, failures, notBefore, reason }, "A lane waits");
	return notBefore;
}
