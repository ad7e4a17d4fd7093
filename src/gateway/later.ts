/** A part of the program that another part can reach only after both are built. */
export function later<T>(what: string): { set(value: T): void; get(): T } {
	let held: T | undefined;
	return {
		set(value) {
			held = value;
		},
		get() {
			if (held === undefined) throw new Error(`${what} is used before it is built`);
			return held;
		},
	};
}
