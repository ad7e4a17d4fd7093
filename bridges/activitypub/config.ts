import { z } from "zod";

/** The section `bridges.activitypub`; `config/default.yaml` says what each key is for. */
export const configSchema = z
	.strictObject({ enabled: z.boolean("true or false").default(true) }, "a section with keys")
	.prefault({});

export type ActivityPubConfig = z.output<typeof configSchema>;
