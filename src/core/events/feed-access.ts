import { canRead, type Place } from "../groups/access.ts";
import { type Principal, principalOf } from "../identity/principals.ts";
import type { World } from "../world.ts";

/** What may be delivered to a principal at this moment: `ended` when the credential stands for nobody any more. */
export type Verdict = "allowed" | "hidden" | "ended";

/**
 * Decides for one event who may be told of it now. However many streams a person has open, they are asked about once.
 */
export function judge(world: Pick<World, "store" | "clock">, place: Place): (principal: Principal) => Promise<Verdict> {
	const verdicts = new Map<string, Promise<Verdict>>();
	return ({ credential }) => {
		const known = verdicts.get(credential);
		if (known !== undefined) return known;
		const asked = decide(world, place, credential);
		verdicts.set(credential, asked);
		return asked;
	};
}

async function decide(world: Pick<World, "store" | "clock">, place: Place, credential: string): Promise<Verdict> {
	const principal = await principalOf(world, credential);
	if (principal === undefined) return "ended";
	return (await canRead(world, place, principal.account)) ? "allowed" : "hidden";
}
