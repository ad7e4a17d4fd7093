/** More than any valid event has: events are limited to 64 KiB, and homeservers add about as much. */
const maxDepth = 64;
const maxNodes = 20_000;

/** Keys that could change the prototype of every object when copied carelessly. They are allowed in events. */
const isUnsafe = (key: string): boolean => key === "__proto__" || key === "constructor";

/**
 * An event without keys that are dangerous to copy; `undefined`: it is nested too deeply or too large. An event without such keys
 * is returned unchanged.
 */
export function withoutUnsafeKeys(event: unknown): unknown {
	const seen = { nodes: 0, unsafe: false };
	if (!fits(event, 1, seen)) return undefined;
	return seen.unsafe ? copyWithoutUnsafeKeys(event) : event;
}

function fits(value: unknown, depth: number, seen: { nodes: number; unsafe: boolean }): boolean {
	if (typeof value !== "object" || value === null) return true;
	if (depth > maxDepth) return false;
	const items = Array.isArray(value) ? value : Object.values(value);
	seen.nodes += items.length;
	if (seen.nodes > maxNodes) return false;
	if (items !== value) for (const key in value) seen.unsafe ||= isUnsafe(key);
	for (const item of items) if (typeof item === "object" && !fits(item, depth + 1, seen)) return false;
	return true;
}

function copyWithoutUnsafeKeys(value: unknown): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(copyWithoutUnsafeKeys);
	return Object.fromEntries(
		Object.entries(value)
			.filter(([key]) => !isUnsafe(key))
			.map(([key, item]) => [key, copyWithoutUnsafeKeys(item)]),
	);
}
