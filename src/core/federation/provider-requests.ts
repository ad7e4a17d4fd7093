import type { Clock } from "../clock.ts";
import { type OutgoingRequest, signRequest } from "../identity/request-signature.ts";
import { providerKey, type Secrets } from "./provider-key.ts";

/** Signs a request to another provider in our own name. */
export type SignAsProvider = (request: OutgoingRequest) => Promise<Readonly<Record<string, string>>>;

/** Requests that one provider makes of another are signed with its own key (OFSCP R7 §8.1). @param domain ours */
export const createProviderSigner =
	(domain: string, secrets: Secrets, clock: Clock): SignAsProvider =>
	async (request) => {
		const { kid, sign } = await providerKey(secrets, clock);
		return signRequest({ as: "provider", name: domain, keyId: kid, sign }, request, clock.now());
	};
