import { failed, headerValue, type SignedMessage, type Verification } from "./http-message.ts";
import { verifyCavage } from "./verify-cavage.ts";
import type { VerifyOptions } from "./verify-options.ts";
import { verifyRfc9421 } from "./verify-rfc9421.ts";

/**
 * Verifies who signed a request: draft-cavage-http-signatures-12 or RFC 9421. Never rejects. Verified means that the owner of the
 * key sent this method, target and body to us, now. The caller has to check that the owner is the activity's actor, and whether
 * the same request was received before.
 */
export async function verifyRequest(message: SignedMessage, options: VerifyOptions): Promise<Verification> {
	const signature = headerValue(message, "signature");
	if (signature === undefined) return failed("missing");
	const input = headerValue(message, "signature-input");
	return input === undefined
		? verifyCavage(message, signature, options)
		: verifyRfc9421(message, { input, signature }, options);
}
