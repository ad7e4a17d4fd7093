import { admits, type Circle } from "../access/circle.ts";
import type { World } from "../events/world.ts";
import type { Principal } from "../identity/principal.ts";

/** What may be delivered to a principal at this moment; `ended`: the credential is no longer valid. */
export type Verdict = "allowed" | "hidden" | "ended";

/** Reads a credential again; `undefined`: it is no longer valid. */
export type PrincipalOf = (credential: string) => Promise<Principal | undefined>;

/** Decides for one event who may be told of it now. However many streams a person has open, the store is asked once. */
export type Judge = (circle: Circle) => (principal: Principal) => Promise<Verdict>;

export function createJudge(world: Pick<World, "store">, principalOf: PrincipalOf): Judge {
	async function decide(circle: Circle, credential: string): Promise<Verdict> {
		const principal = await principalOf(credential);
		if (principal === undefined) return "ended";
		return (await admits(world, circle, principal.account)) ? "allowed" : "hidden";
	}
	return (circle) => {
		const verdicts = new Map<string, Promise<Verdict>>();
		return ({ credential }) => {
			const known = verdicts.get(credential);
			if (known !== undefined) return known;
			const asked = decide(circle, credential);
			verdicts.set(credential, asked);
			return asked;
		};
	};
}
