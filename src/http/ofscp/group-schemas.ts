import { z } from "zod";
import { roles } from "#core/model/group.ts";
import { oneLine } from "../base/one-line.ts";

/** The name of a group or channel, as a client sets it. */
export const name = oneLine(100);

const role = z.enum([...roles, "anyone"]);

/** Who may do what in a group or channel, as a client sets it. */
export const permissions = z
	.strictObject({ post: z.array(role).max(5), reply: z.array(role).max(5), moderate: z.array(z.enum(roles)).max(4) })
	.partial();
