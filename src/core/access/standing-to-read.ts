import type { CoreContext } from "../events/context.ts";
import type { Premise } from "../events/premise.ts";
import { membershipOf } from "../groups/membership.ts";
import { sameMembership } from "../groups/standing.ts";
import type { Account } from "../model/account.ts";
import { type Circle, isAmong } from "./circle.ts";

/**
 * The premises that an account still reads what it reads now (ADR 4): the memberships by which it does. Named readers, and readers of what is
 * open to anyone, depend on none.
 */
export async function premisesOfReading(
	context: Pick<CoreContext, "store">,
	{ readers }: Circle,
	reader: Account,
): Promise<readonly Premise[]> {
	for (const some of readers) {
		if (!(await isAmong(context, some, reader))) continue;
		if (some.kind !== "joined") return [];
		const places = [some.place, ...(some.group === undefined ? [] : [some.group])];
		return Promise.all(
			places.map(async (place) => sameMembership(place, reader, await membershipOf(context, place, reader))),
		);
	}
	return [];
}
