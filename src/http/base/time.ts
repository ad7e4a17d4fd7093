import { z } from "zod";

/** Formats a time for the wire: RFC 3339, UTC. */
export const timeOf = (ms: number): string => new Date(ms).toISOString();

export const time = z.iso.datetime().meta({ id: "Time", description: "A time in UTC (RFC 3339)." });
