import { z } from "zod";

export const configSchema = z
	.strictObject({ enabled: z.boolean().default(false), greeting: z.string().default("Coo") }, "a section with keys")
	.prefault({});

export type PigeonConfig = z.output<typeof configSchema>;
