type Plain = readonly unknown[] | string | number | boolean;
type Given<T> = {
	[K in keyof T]: Exclude<T[K], undefined> extends Plain ? Exclude<T[K], undefined> : Given<Exclude<T[K], undefined>>;
};

/** Removes the `undefined` fields that zod leaves for absent ones, at every depth: the core expects them to be absent. */
export function withoutUndefined<T extends object>(fields: T): Given<T> {
	const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
	return Object.fromEntries(
		kept.map(([key, value]) => [key, isObject(value) ? withoutUndefined(value) : value]),
	) as Given<T>;
}

const isObject = (value: unknown): value is object =>
	typeof value === "object" && value !== null && !Array.isArray(value);
