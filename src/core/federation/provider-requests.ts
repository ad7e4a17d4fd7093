import type { Clock } from "../clock.ts";
import { type OutgoingRequest, signRequest } from "../identity/request-signature.ts";
import { providerKey, type Secrets } from "./provider-key.ts";

/** Signs a request to another provider with this provider's key. Resolves with the headers. */
export type SignAsProvider = (request: OutgoingRequest) => Promise<Readonly<Record<string, string>>>;

/** Signs the requests of this provider to others (OFSCP R7 §8.1). @param domain this provider's own */
export const createProviderSigner =
	(domain: string, secrets: Secrets, clock: Clock): SignAsProvider =>
	async (request) => {
		const { kid, sign } = await providerKey(secrets, clock);
		return signRequest({ as: "provider", name: domain, keyId: kid, sign }, request, clock.now());
	};
