import { mustBeTheirs, objectIdOf, type Reader } from "./reader.ts";

/** Something was deleted, or somebody's whole account was. A late `Create` of it stays out: the core remembers. */
export const readDelete: Reader = (context, arrived) => {
	const id = objectIdOf(arrived);
	mustBeTheirs(context, arrived, id);
	return id === arrived.actor ? { kind: "gone" } : { kind: "removal", target: { remote: id } };
};
