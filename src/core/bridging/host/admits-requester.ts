import { admits, type Circle } from "../../access/circle.ts";
import type { CoreContext } from "../../events/context.ts";
import type { Requester } from "../../ports/bridge/requester.ts";
import { isHomeOfReader } from "../outgoing/targets.ts";

/**
 * Whether a requester is in a circle. A server is, if it is the home of a reader, as for a delivery (design §9 rule 4): never otherwise, and
 * never for what may not leave the provider.
 */
export async function admitsRequester(
	context: Pick<CoreContext, "store">,
	circle: Circle,
	requester: Requester | undefined,
): Promise<boolean> {
	if (requester?.kind !== "server") return admits(context, circle, requester);
	if (await admits(context, circle, undefined)) return true;
	if (circle.leaves === "nowhere" || circle.homeOnly === true) return false;
	if (await isHomeOfReader(context, circle, requester)) return true;
	for (const person of requester.people) if (await admits(context, circle, person)) return true;
	return false;
}
