import { LRUCache } from "lru-cache";

/**
 * A cache of at most `max` entries that drops the one used longest ago. Its memory grows with its entries: given `max`, `LRUCache` would
 * reserve memory for all of them at once.
 *
 * @param ttl how long an entry is kept, in milliseconds; without limit if absent
 */
export const createCache = <Value extends {}>(max: number, ttl?: number): LRUCache<string, Value> =>
	new LRUCache({ maxSize: max, sizeCalculation: () => 1, ...(ttl === undefined ? {} : { ttl }) });
