import { type Configuration, errors, type Provider } from "oidc-provider";
import { cleanTextExpected } from "#core/clean-text.ts";
import type { OAuthPayload } from "#core/identity/oauth-records.ts";
import { uncleanTextIn } from "#core/json.ts";
import { applicationTypeFor, redirectFault } from "./redirect-policy.ts";
import { knownScope } from "./requested-scopes.ts";

/** Members of a client's metadata that are stored and returned, but not used (RFC 7591 §2). */
const storedOnly = ["software_id", "software_version"] as const;

/** Rules for every client, registered or with a metadata document. */
export const clientRules = {
	clientDefaults: {
		grant_types: ["authorization_code", "refresh_token"],
		response_types: ["code"],
	},
	extraClientMetadata: {
		properties: [...storedOnly],
		validator(_ctx, key, value, metadata) {
			if (value !== undefined && (typeof value !== "string" || value.length > 255))
				throw new errors.InvalidClientMetadata(`${key} must be a string of at most 255 characters`);
			// The library calls this for each property, before its own checks; the other members are checked once.
			if (key !== storedOnly[0]) return;
			checkRedirects("redirect_uris", metadata.redirect_uris);
			checkRedirects("post_logout_redirect_uris", metadata.post_logout_redirect_uris);
			checkName(metadata.client_name);
			if (typeof metadata.scope === "string") metadata.scope = knownScope(metadata.scope) as string;
			const unclean = uncleanTextIn(metadata);
			if (unclean !== undefined) throw new errors.InvalidClientMetadata(`${unclean} must be ${cleanTextExpected}`);
			if (Array.isArray(metadata.redirect_uris) && metadata.redirect_uris.length > 0)
				metadata.application_type = applicationTypeFor(metadata.redirect_uris);
		},
	},
} satisfies Configuration;

function checkRedirects(member: string, uris: unknown): void {
	if (uris === undefined) return;
	if (!Array.isArray(uris) || uris.length > 20)
		throw new errors.InvalidClientMetadata(`${member} must be a list of at most 20 URIs`);
	for (const uri of uris) {
		const fault = redirectFault(uri);
		if (fault === undefined) continue;
		const wrong = `each of ${member} must be ${fault}`;
		if (member !== "redirect_uris") throw new errors.InvalidClientMetadata(wrong);
		throw Object.assign(new errors.InvalidRedirectUri(), { error_description: wrong });
	}
}

function checkName(name: unknown): void {
	if (typeof name === "string" && name.length > 100)
		throw new errors.InvalidClientMetadata("client_name must be at most 100 characters");
}

/**
 * Rejects algorithms that are not strings. The library reads them before it validates them, and such a value would make it
 * answer 500.
 */
export function checkAlgorithmsFirst(provider: Provider): void {
	const library = provider.Client as unknown as { needsSecret(metadata: OAuthPayload): boolean };
	const needsSecret = library.needsSecret.bind(library);
	library.needsSecret = (metadata) => {
		for (const [member, value] of Object.entries(metadata))
			if (/_(?:alg|enc)$/.test(member) && typeof value === "object" && value !== null)
				throw new errors.InvalidClientMetadata(`${member} must be a string`);
		return needsSecret(metadata);
	};
}
