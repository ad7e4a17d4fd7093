/** `rounds=7 items=500` → `{ rounds: "7", items: "500" }`. @throws {Error} if a word has another form */
export function optionsIn(words: readonly string[]): Readonly<Record<string, string>> {
	return Object.fromEntries(
		words.map((word) => {
			const [name, value] = word.split("=", 2);
			if (!name || value === undefined) throw new Error(`${word} is not of the form option=value`);
			return [name, value];
		}),
	);
}

/** The value of an option that is a whole number, or its default. @throws {Error} if the value is not a whole number */
export function whole(options: Readonly<Record<string, string>>, name: string, otherwise: number): number {
	const value = options[name];
	if (value === undefined) return otherwise;
	if (!/^\d+$/.test(value)) throw new Error(`${name} takes a whole number, not ${value}`);
	return Number(value);
}
