import { z } from "zod";

const ignored = z
	.unknown()
	.optional()
	.meta({ readOnly: true, description: "Set by the provider; ignored in a request." });

/**
 * Members of a body that the provider sets itself. Bodies refuse members that they don't know, since one may restrict something (design §9
 * rule 10); these are ignored, so that a client can send back an object that it has received. None of them restricts anything.
 */
export const ignoring = <const Name extends string>(
	...names: readonly Name[]
): Readonly<Record<Name, typeof ignored>> =>
	Object.fromEntries(names.map((name) => [name, ignored])) as Record<Name, typeof ignored>;
