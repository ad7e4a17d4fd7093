import type { CoreContext } from "../../events/context.ts";
import type { Membership } from "../../model/membership.ts";
import type { Reach } from "../../model/reach.ts";
import { audiences, targetOf } from "../audience.ts";
import { portalsOfChannel } from "../portals/find-portal.ts";

type Reader = Pick<CoreContext, "store">;

/** The first page is small, since for most remote messages only the existence of a target matters. */
const pages = { first: 4, most: 500 };

/** The targets of a channel's joined members and linked rooms. */
export async function* audienceOf(context: Reader, place: Membership["place"]): AsyncGenerator<Reach> {
	let after: readonly [string, string] | undefined;
	for (let limit = pages.first; ; limit = pages.most) {
		const page = await context.store.page(audiences, {
			index: "channel",
			prefix: [place],
			order: "asc",
			limit,
			...(after === undefined ? {} : { after }),
		});
		for (const { doc } of page) yield doc.reach;
		const last = page.at(-1);
		if (last === undefined || page.length < limit) return;
		after = [place, targetOf(last.doc.reach)];
	}
}

/**
 * The targets without members of a place now whose last member left at this time or later, and linked rooms likewise. Those that left
 * in an earlier version, at an unknown time, are among them.
 */
export async function* formerAudienceOf(
	context: Reader,
	place: Membership["place"],
	since: number,
): AsyncGenerator<Reach> {
	let after: readonly [string, number, string] = [place, since - 1, ""];
	for (;;) {
		const page = await context.store.page(audiences, {
			index: "former",
			prefix: [place],
			order: "asc",
			limit: pages.most,
			after,
		});
		for (const { doc } of page) yield doc.reach;
		const last = page.at(-1);
		if (last === undefined || page.length < pages.most) return;
		after = [place, last.doc.leftAt ?? Number.MAX_SAFE_INTEGER, targetOf(last.doc.reach)];
	}
}

/** The keys of the rooms that are linked to a channel. */
export async function roomsOf(context: Reader, place: Membership["place"]): Promise<ReadonlySet<string>> {
	const portals = await portalsOfChannel(context, place);
	return new Set(portals.map(({ reach }) => targetOf(reach)));
}
