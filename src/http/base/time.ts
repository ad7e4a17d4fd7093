/** A time as it goes over the wire: RFC 3339, UTC. */
export const timeOf = (ms: number): string => new Date(ms).toISOString();
