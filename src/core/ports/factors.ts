/** Checks second factors (`src/factors`). The libraries are loaded on first use. */
export interface FactorsPort {
	readonly totp: TotpPort;
	readonly passkeys: PasskeyPort;
}

/** One-time codes (RFC 6238: SHA-1, 6 digits, 30 s, which is what every authenticator app can do). */
export interface TotpPort {
	/** A new secret, base32. */
	newSecret(): Promise<string>;
	/** The `otpauth://` URI that an app reads from a QR code. */
	uri(options: { readonly secret: string; readonly issuer: string; readonly label: string }): Promise<string>;
	/**
	 * The time step of a code: the current one, the previous or the next; `undefined` if the code is wrong.
	 *
	 * @param now milliseconds since 1970
	 */
	stepOf(secret: string, code: string, now: number): Promise<number | undefined>;
}

/** A JSON document of the WebAuthn API, sent to the browser or received from it. */
export type WebAuthnJson = Readonly<Record<string, unknown>>;

/** The public data of a passkey, with which its assertions are verified. */
export interface PasskeyCredential {
	/** The credential id, base64url. */
	readonly id: string;
	/** A COSE key, base64url. */
	readonly publicKey: string;
	/** The authenticator's signature counter; 0 if it has none. */
	readonly counter: number;
	readonly transports: readonly string[];
}

/** Passkeys (WebAuthn level 3). `challenge` is base64url throughout. */
export interface PasskeyPort {
	registrationOptions(options: {
		readonly challenge: string;
		readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
		/** The existing passkeys of the user, so that an authenticator is not registered twice. */
		readonly known: readonly PasskeyCredential[];
	}): Promise<WebAuthnJson>;
	/** The new passkey; `undefined` if the response is not valid. */
	verifyRegistration(response: unknown, challenge: string): Promise<PasskeyCredential | undefined>;
	/**
	 * @param known the passkeys that are allowed; if empty, any discoverable passkey for this provider
	 * @param alone whether the passkey replaces the password, so that user verification is required
	 */
	loginOptions(options: {
		readonly challenge: string;
		readonly known: readonly PasskeyCredential[];
		readonly alone: boolean;
	}): Promise<WebAuthnJson>;
	/** The new counter; `undefined` if the response is not valid or the counter went back, as with a cloned authenticator. */
	verifyLogin(
		response: unknown,
		challenge: { readonly challenge: string; readonly alone: boolean },
		credential: PasskeyCredential,
	): Promise<number | undefined>;
}
