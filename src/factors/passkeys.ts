import type {
	AuthenticationResponseJSON,
	AuthenticatorTransportFuture,
	RegistrationResponseJSON,
	WebAuthnCredential,
} from "@simplewebauthn/server";
import type { PasskeyCredential, PasskeyPort, WebAuthnJson } from "#core/ports/factors.ts";

/**
 * WebAuthn by `@simplewebauthn/server`. User verification is required of a passkey that replaces the password, and preferred of a
 * second factor, since a security key without a PIN is still a good second factor.
 *
 * @param options.origin the origin of the pages; its host name is the relying party id
 * @param options.name the name of the relying party
 */
export function createPasskeys({ origin, name }: { readonly origin: string; readonly name: string }): PasskeyPort {
	const load = () => import("@simplewebauthn/server");
	const rpID = new URL(origin).hostname;
	const expected = (challenge: string, alone = false) => ({
		expectedChallenge: challenge,
		expectedOrigin: origin,
		expectedRPID: rpID,
		requireUserVerification: alone,
	});
	return {
		async registrationOptions({ challenge, user, known }) {
			const { generateRegistrationOptions } = await load();
			return asJson(
				await generateRegistrationOptions({
					rpName: name,
					rpID,
					userID: Buffer.from(user.id),
					userName: user.name,
					userDisplayName: user.displayName,
					challenge: Buffer.from(challenge, "base64url"),
					attestationType: "none",
					excludeCredentials: known.map(descriptorOf),
					authenticatorSelection: { residentKey: "preferred", userVerification: "preferred" },
				}),
			);
		},
		async verifyRegistration(response, challenge) {
			const { verifyRegistrationResponse } = await load();
			const { verified, registrationInfo } = await resultOf(() =>
				verifyRegistrationResponse({ response: response as RegistrationResponseJSON, ...expected(challenge) }),
			);
			if (verified !== true || registrationInfo === undefined) return undefined;
			const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
			return { id, publicKey: Buffer.from(publicKey).toString("base64url"), counter, transports };
		},
		async loginOptions({ challenge, known, alone }) {
			const { generateAuthenticationOptions } = await load();
			return asJson(
				await generateAuthenticationOptions({
					rpID,
					challenge: Buffer.from(challenge, "base64url"),
					allowCredentials: known.map(descriptorOf),
					userVerification: alone ? "required" : "preferred",
				}),
			);
		},
		async verifyLogin(response, { challenge, alone }, { id, publicKey, counter }) {
			const { verifyAuthenticationResponse } = await load();
			const credential: WebAuthnCredential = { id, publicKey: Buffer.from(publicKey, "base64url"), counter };
			const { verified, authenticationInfo } = await resultOf(() =>
				verifyAuthenticationResponse({
					response: response as AuthenticationResponseJSON,
					credential,
					...expected(challenge, alone),
				}),
			);
			return verified === true ? authenticationInfo?.newCounter : undefined;
		},
	};
}

const descriptorOf = ({ id, transports }: PasskeyCredential) => ({
	id,
	transports: transports as AuthenticatorTransportFuture[],
});

const asJson = (options: object): WebAuthnJson => options as WebAuthnJson;

/** The result of a verification; empty if the library throws, which it does for every invalid response. */
async function resultOf<T extends { verified: boolean }>(verify: () => Promise<T>): Promise<Partial<T>> {
	try {
		return await verify();
	} catch {
		return {};
	}
}
