import { z } from "zod";

/** Whether a new password also ends what does not depend on the old one. */
export const endAll = z
	.boolean()
	.meta({ description: "Also revokes all personal access tokens and removes all passkeys. False if absent." });
