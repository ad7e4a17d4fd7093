import { admits, type Circle } from "../access/circle.ts";
import type { CoreContext } from "../events/context.ts";
import type { Principal } from "../identity/principal.ts";

/** Whether an event may be delivered to a principal at the moment; `ended` if its credential is no longer valid. */
export type Access = "allowed" | "hidden" | "ended";

/** Checks a credential again; `undefined` if it is no longer valid. */
export type PrincipalOf = (credential: string) => Promise<Principal | undefined>;

/**
 * Decides for one event which principals may receive it now. For each credential the store is read once, however many streams it has open.
 */
export type AccessCheck = (circle: Circle) => (principal: Principal) => Promise<Access>;

/** Checks credential and circle again for each event. */
export function createAccessCheck(context: Pick<CoreContext, "store">, principalOf: PrincipalOf): AccessCheck {
	async function decide(circle: Circle, credential: string): Promise<Access> {
		const principal = await principalOf(credential);
		if (principal === undefined) return "ended";
		return (await admits(context, circle, principal.account)) ? "allowed" : "hidden";
	}
	return (circle) => {
		const decided = new Map<string, Promise<Access>>();
		return ({ credential }) => {
			const known = decided.get(credential);
			if (known !== undefined) return known;
			const access = decide(circle, credential);
			decided.set(credential, access);
			return access;
		};
	};
}
