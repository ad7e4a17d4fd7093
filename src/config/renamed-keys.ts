import { variableOf } from "./keys.ts";

/** The new names of renamed keys, by their old ones. A configuration with an old name is rejected with an error that gives the new one. */
const renamed: Readonly<Record<string, string>> = {
	"limits.matrixBodyBytes": "bridges.matrix.transactionBytes",
};

const variableNamed = (key: string): string => variableOf({ path: key.split(".") });
const renamedVariables = new Map(Object.entries(renamed).map(([old, now]) => [variableNamed(old), variableNamed(now)]));

/** The new name of a renamed key such as `limits.matrixBodyBytes`; `undefined` if `key` is not the old name of a key. */
export const renamedKey = (key: string): string | undefined => (Object.hasOwn(renamed, key) ? renamed[key] : undefined);

/** The new name of the variable of a renamed key; `undefined` if `variable` is not the old name of one. */
export const renamedVariable = (variable: string): string | undefined => renamedVariables.get(variable);
