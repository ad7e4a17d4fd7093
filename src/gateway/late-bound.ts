/**
 * A reference to a part that is built later than its user. `get` throws until it is set.
 *
 * @param what the name of the part, for the error
 */
export function lateBound<T>(what: string): { set(value: T): void; get(): T } {
	let part: T | undefined;
	return {
		set(value) {
			part = value;
		},
		get() {
			if (part === undefined) throw new Error(`${what} is used before it is built`);
			return part;
		},
	};
}
