/** More than any legal event has: those are 64 KiB, and what homeservers add is of the same size. */
const maxDepth = 64;
const maxNodes = 20_000;

/** Keys by which a careless copy could be made to change every object. An event may bear them all the same. */
const isOdd = (key: string): boolean => key === "__proto__" || key === "constructor";

/**
 * An event as it may be kept: without keys that are dangerous to copy; `undefined`: it is nested too deeply or too large to be
 * one. The usual event comes back as it is.
 */
export function tame(event: unknown): unknown {
	const seen = { nodes: 0, odd: false };
	if (!fits(event, 1, seen)) return undefined;
	return seen.odd ? withoutOddKeys(event) : event;
}

function fits(value: unknown, depth: number, seen: { nodes: number; odd: boolean }): boolean {
	if (typeof value !== "object" || value === null) return true;
	if (depth > maxDepth) return false;
	const items = Array.isArray(value) ? value : Object.values(value);
	seen.nodes += items.length;
	if (seen.nodes > maxNodes) return false;
	if (items !== value) for (const key in value) seen.odd ||= isOdd(key);
	for (const item of items) if (typeof item === "object" && !fits(item, depth + 1, seen)) return false;
	return true;
}

function withoutOddKeys(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(withoutOddKeys);
	return Object.fromEntries(
		Object.entries(value)
			.filter(([key]) => !isOdd(key))
			.map(([key, item]) => [key, withoutOddKeys(item)]),
	);
}
