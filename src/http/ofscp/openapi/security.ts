import type { Auth } from "../../base/route.ts";

const ofPeople = [{ bearer: [] }, { signature: [] }];

/** What a request may prove who asks with; each line is one way. */
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
	bootstrap: { type: "http", scheme: "bearer", description: "What POST /api/auth/register and /api/auth/login give." },
	signature: inHeader("X-OFSCP-Signature", "A person's signature, with the other X-OFSCP headers (OFSCP R7 §4.4)."),
	provider: inHeader("X-OFSCP-Provider", "The domain of another provider, signed or not (OFSCP §4.3)."),
};
