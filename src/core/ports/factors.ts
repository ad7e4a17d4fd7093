/** Second factors, as their standards' libraries check them (`src/factors`): loaded when first needed. */
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
	 * The time step that a code is of: the present one, the one before or the one behind; `undefined`: a wrong code.
	 *
	 * @param now milliseconds since 1970
	 */
	stepOf(secret: string, code: string, now: number): Promise<number | undefined>;
}

/** A JSON document of the WebAuthn API, passed on to the browser or come from it as it is. */
export type WebAuthnJson = Readonly<Record<string, unknown>>;

/** A passkey as it is checked. */
export interface PasskeyCredential {
	/** base64url, as the browser names it. */
	readonly id: string;
	/** COSE, base64url. */
	readonly publicKey: string;
	/** The authenticator's signature counter; 0 where it has none. */
	readonly counter: number;
	readonly transports: readonly string[];
}

/** Passkeys (WebAuthn level 3). `challenge` is base64url throughout. */
export interface PasskeyPort {
	registrationOptions(options: {
		readonly challenge: string;
		readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
		/** The person's passkeys so far, not to be made twice on one authenticator. */
		readonly known: readonly PasskeyCredential[];
	}): Promise<WebAuthnJson>;
	/** The new passkey; `undefined`: the response proves nothing. */
	verifyRegistration(response: unknown, challenge: string): Promise<PasskeyCredential | undefined>;
	/**
	 * @param known the passkeys that may answer; empty: any that the browser offers for us
	 * @param alone the passkey is both factors, so the authenticator must have verified its user (a PIN, a finger)
	 */
	loginOptions(options: {
		readonly challenge: string;
		readonly known: readonly PasskeyCredential[];
		readonly alone: boolean;
	}): Promise<WebAuthnJson>;
	/** The new counter; `undefined`: the response proves nothing, or the counter went back (a copied key). */
	verifyLogin(
		response: unknown,
		challenge: { readonly challenge: string; readonly alone: boolean },
		credential: PasskeyCredential,
	): Promise<number | undefined>;
}
