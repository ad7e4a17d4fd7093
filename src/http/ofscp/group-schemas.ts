import { z } from "zod";
import { joinPolicies, roles } from "#core/model/group.ts";
import { oneLine } from "../base/one-line.ts";

/** The name of a group or channel, as a client sets it. */
export const name = oneLine(100);

/** How a group is joined; `request` is the later revisions' name of `approval`. */
export const joinPolicy = z
	.enum([...joinPolicies, "request"])
	.transform((policy) => (policy === "request" ? "approval" : policy));

const role = z.enum([...roles, "anyone"]);

/** Who may do what in a group or channel, as a client sets it. */
export const permissions = z
	.strictObject({ post: z.array(role).max(5), reply: z.array(role).max(5), moderate: z.array(z.enum(roles)).max(4) })
	.partial();
