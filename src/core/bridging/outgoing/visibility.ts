import type { TierRules } from "../../model/tier.ts";
import type { Visibility } from "../../ports/bridge/delivery.ts";

/** The visibility of the messages of a channel, by the rules of its tier. */
export const visibilityOf = ({ read, broadcast }: TierRules): Visibility =>
	read !== "anyone" ? "readers" : broadcast ? "broadcast" : "quiet";
