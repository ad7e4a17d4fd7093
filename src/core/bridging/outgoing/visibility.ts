import type { TierRules } from "../../model/tier.ts";
import type { Visibility } from "../../ports/bridge/delivery.ts";

/** How far what is said in a place goes, in the words that bridges know. */
export const visibilityOf = ({ read, broadcast }: TierRules): Visibility =>
	read !== "anyone" ? "readers" : broadcast ? "broadcast" : "quiet";
