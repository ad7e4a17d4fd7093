import type { Auth } from "../../base/route.ts";

const ofPeople = [{ bearer: [] }, { signature: [] }];

/** The security requirements by kind of authentication; each item is one alternative. */
export const securityOf = {
	member: ofPeople,
	participant: ofPeople,
	reader: [{}, ...ofPeople],
	registrar: [{ bootstrap: [] }, ...ofPeople],
	peer: [{ provider: [] }, ...ofPeople],
} as const satisfies Record<Exclude<Auth, "none">, unknown>;

const inHeader = (name: string, description: string) => ({ type: "apiKey", in: "header", name, description });

export const securitySchemes = {
	bearer: { type: "http", scheme: "bearer", description: "An access token with the scope `ofscp`, or a personal one." },
	bootstrap: {
		type: "http",
		scheme: "bearer",
		description: "A bootstrap token from POST /api/auth/register or /api/auth/login.",
	},
	signature: inHeader("X-OFSCP-Signature", "A person's signature, with the other X-OFSCP headers (OFSCP R7 §4.4)."),
	provider: inHeader("X-OFSCP-Provider", "The domain of the calling provider, signed or not (OFSCP §4.3)."),
};
