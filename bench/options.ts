/** `rounds=7 items=500` → `{ rounds: "7", items: "500" }`. @throws {Error} on anything else */
export function optionsIn(words: readonly string[]): Readonly<Record<string, string>> {
	return Object.fromEntries(
		words.map((word) => {
			const [name, value] = word.split("=", 2);
			if (!name || value === undefined) throw new Error(`${word} is not of the form option=value`);
			return [name, value];
		}),
	);
}

/** A whole number of an option, or its default. @throws {Error} when it is none */
export function whole(options: Readonly<Record<string, string>>, name: string, otherwise: number): number {
	const value = options[name];
	if (value === undefined) return otherwise;
	if (!/^\d+$/.test(value)) throw new Error(`${name} takes a whole number, not ${value}`);
	return Number(value);
}
