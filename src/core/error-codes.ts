interface Meaning {
	/** The HTTP status of every problem with this code. */
	readonly status: number;
	readonly meaning: string;
}

/**
 * Every `errorCode` of a problem document, with its status and what it means to a client. Codes are stable: one that clients
 * may have seen is neither renamed nor given another status.
 */
export const errorCodes = {
	digest_mismatch: { status: 400, meaning: "The digest of a signed request does not match its body." },
	interaction_gone: { status: 400, meaning: "The authorization request has been completed or has expired." },
	invalid_json: { status: 400, meaning: "The body is not JSON, or is nested too deeply." },
	invalid_request: { status: 400, meaning: "A field, parameter or header is wrong; `errors` names each of them." },

	invalid_credentials: { status: 401, meaning: "The name or the password is wrong." },
	invalid_token: { status: 401, meaning: "The token is unknown, expired or revoked." },
	nonce_reused: { status: 401, meaning: "The nonce of a signed request has been used before." },
	otp_invalid: { status: 401, meaning: "The second-factor code is wrong or has already been used." },
	otp_required: { status: 401, meaning: "The account also requires a second-factor code." },
	signature_expired: { status: 401, meaning: "The timestamp of a signed request is too far from the server's time." },
	signature_incomplete: { status: 401, meaning: "A header of a signed request is missing or malformed." },
	signature_invalid: { status: 401, meaning: "The signature does not match the request, or its key is unknown." },
	token_missing: { status: 401, meaning: "The operation requires an access token or a signature." },

	bootstrap_only: { status: 403, meaning: "A bootstrap token can only register a device key." },
	edit_window_closed: { status: 403, meaning: "The message can no longer be edited." },
	form_refused: { status: 403, meaning: "The form was not submitted from the provider's own page." },
	group_archived: { status: 403, meaning: "The group is archived, so that it can only be read." },
	home_only: { status: 403, meaning: "Only accounts of this provider can use the operation." },
	insufficient_scope: { status: 403, meaning: "The token lacks a required scope, or is not a user's token." },
	invite_invalid: { status: 403, meaning: "Registration requires an invitation, and this one is not valid." },
	invite_only: { status: 403, meaning: "The group can only be joined by invitation." },
	not_joined: { status: 403, meaning: "The operation requires membership of the channel." },
	permission_denied: { status: 403, meaning: "The caller's role does not permit the operation." },
	provider_denied: { status: 403, meaning: "This provider does not federate with the caller's provider." },
	registration_closed: { status: 403, meaning: "This provider does not accept registrations." },
	type_not_allowed: { status: 403, meaning: "The channel does not allow messages of this type." },
	wrong_password: { status: 403, meaning: "The password that confirms the operation is wrong." },

	not_found: { status: 404, meaning: "The resource does not exist, or the caller may not know that it does." },
	method_not_allowed: {
		status: 405,
		meaning: "The path does not support this method; `Allow` lists those that it does.",
	},
	not_acceptable: { status: 406, meaning: "The response is not available in a media type that the client accepts." },

	request_timeout: { status: 408, meaning: "The request did not arrive in time." },

	already_deleted: { status: 409, meaning: "The message has been deleted." },
	channel_linked: { status: 409, meaning: "The channel is linked to another room." },
	duplicate_client_message_id: { status: 409, meaning: "The `clientMessageId` is already in use; see `existing`." },
	email_taken: { status: 409, meaning: "The e-mail address belongs to another account." },
	handle_taken: { status: 409, meaning: "The handle belongs to another account or channel." },
	idempotency_key_reused: { status: 409, meaning: "The Idempotency-Key was used for another request." },
	own_timeline: { status: 409, meaning: "An account can't follow itself." },
	owner_leaves: { status: 409, meaning: "The owner of a group can't leave it." },
	passkey_known: { status: 409, meaning: "The passkey is already registered." },
	room_linked: { status: 409, meaning: "The room is linked to another channel, and that link is active." },
	tier_not_federated: { status: 409, meaning: "Channels of this tier are not federated." },
	too_many_device_keys: { status: 409, meaning: "The account has reached its limit of device keys." },
	too_many_passkeys: { status: 409, meaning: "The account has reached its limit of passkeys." },
	too_many_reactions: { status: 409, meaning: "The message has reached its limit of different reactions." },
	totp_not_begun: { status: 409, meaning: "No authenticator app is being set up." },

	gone: { status: 410, meaning: "The resource has been deleted." },
	precondition_failed: { status: 412, meaning: "The resource has changed since the version that `If-Match` names." },
	payload_too_large: { status: 413, meaning: "The body is larger than the operation accepts." },
	unsupported_media_type: { status: 415, meaning: "The operation does not accept a body of this media type." },
	too_many_streams: { status: 429, meaning: "The account has reached its limit of open event streams." },
	too_many_requests: { status: 429, meaning: "A rate limit is exceeded; `Retry-After` says when to retry." },
	headers_too_large: { status: 431, meaning: "The request's URL and headers are too large." },
	internal_error: { status: 500, meaning: "The provider failed; its log has the details." },
	actor_keys_unavailable: {
		status: 503,
		meaning: "The keys or the profile of the signer can't be fetched from their home now; see `Retry-After`.",
	},
	overloaded: {
		status: 503,
		meaning: "The provider has more requests than it can answer now; `Retry-After` says when to retry.",
	},
	unavailable: { status: 503, meaning: "The provider is temporarily unavailable; see `Retry-After`." },
} as const satisfies Readonly<Record<string, Meaning>>;

/** The `errorCode` of a problem document. */
export type ErrorCode = keyof typeof errorCodes;

/** The codes of one status. */
export type ErrorCodeOf<Status extends number> = {
	[Code in ErrorCode]: (typeof errorCodes)[Code]["status"] extends Status ? Code : never;
}[ErrorCode];
