import { variableOf } from "./keys.ts";

/** Keys that have another name now, by their old one. A configuration that still has one is refused, and told the new one. */
const moved: Readonly<Record<string, string>> = {
	"limits.matrixBodyBytes": "bridges.matrix.transactionBytes",
};

const variableNamed = (key: string): string => variableOf({ path: key.split(".") });
const movedVariables = new Map(Object.entries(moved).map(([old, now]) => [variableNamed(old), variableNamed(now)]));

/** The present name of a key that was called `key`; `undefined`: there never was one. */
export const movedKey = (key: string): string | undefined => (Object.hasOwn(moved, key) ? moved[key] : undefined);

/** The same for the variable that sets it. */
export const movedVariable = (variable: string): string | undefined => movedVariables.get(variable);
