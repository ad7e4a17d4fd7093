import { z } from "zod";
import { cleanName } from "#core/clean-text.ts";

/** A name or another short text on one line. Invisible characters, which could hide or displace what stands beside it, are removed. */
export const oneLine = (max: number, min = 1) =>
	z
		.string()
		.refine((text) => !/\p{Control}/u.test(text.trim()), "a single line of text")
		.overwrite(cleanName)
		.min(min)
		.max(max);
