import { type Configuration, errors, Provider } from "oidc-provider";
import type { CoreContext } from "#core/events/context.ts";
import { apiResources } from "#core/identity/oauth-tokens.ts";
import { scopeNames } from "#core/identity/scopes.ts";
import type { SigningKey } from "#core/identity/signing-keys.ts";
import { accountOfSubject, subjectOf } from "#core/identity/subject.ts";
import type { HttpClient } from "#core/ports/http-client.ts";
import type { Instance } from "../base/services.ts";
import { createAdapter } from "./adapter.ts";

import type { ClientDocuments } from "./client-documents.ts";
import { checkAlgorithmsFirst, clientRules } from "./client-rules.ts";
import { customiseProvider } from "./customise-provider.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import { createPolicy } from "./interaction-policy.ts";
import { lifetimes } from "./lifetimes.ts";
import { keepOfflineAccess } from "./offline-access.ts";
import { providerPages } from "./provider-pages.ts";
import { refuseOnlyUnknownScopes } from "./requested-scopes.ts";

export interface ProviderParts {
	readonly context: CoreContext;
	readonly http: HttpClient;
	readonly instance: Instance;
	readonly documents: ClientDocuments;
	/** The current signing keys, and previous ones that are still published. */
	readonly keys: readonly SigningKey[];
	readonly cookieKeys: readonly string[];
	readonly cookieNames: { readonly session: string; readonly interaction: string; readonly resume: string };
}

/** The authorization server: issuer = the origin, its routes below `/oauth`. */
export function createProvider(parts: ProviderParts): Provider {
	const { context } = parts;
	const provider = new Provider(context.origin, configurationOf(parts));
	customiseProvider(provider, context);
	checkAlgorithmsFirst(provider);
	return provider;
}

function configurationOf(parts: ProviderParts): Configuration {
	const { context, http, instance, documents, keys, cookieKeys, cookieNames } = parts;
	const pages = providerPages(instance);
	const secure = context.origin.startsWith("https:");
	const cookie = { signed: true, httpOnly: true, sameSite: "lax", overwrite: true, secure } as const;
	const resources = apiResources(context);
	return {
		adapter: createAdapter(context, documents),
		jwks: { keys: keys.map(({ kid, alg, jwk }) => ({ ...jwk, kid, alg, use: "sig" })) as never },
		cookies: { keys: [...cookieKeys], names: cookieNames, long: { ...cookie, path: "/" }, short: cookie },
		routes: {
			authorization: "/oauth/authorize",
			code_verification: "/oauth/device",
			device_authorization: "/oauth/device_authorization",
			end_session: "/oauth/logout",
			introspection: "/oauth/introspect",
			jwks: "/.well-known/jwks.json",
			registration: "/oauth/register",
			revocation: "/oauth/revoke",
			token: "/oauth/token",
			userinfo: "/oauth/userinfo",
		},
		scopes: [...scopeNames],
		claims: {
			openid: ["sub", "activitypub_actor_id"],
			profile: ["name", "preferred_username", "picture"],
		},
		responseTypes: ["code"],
		clientAuthMethods: ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
		acceptQueryParamAccessTokens: false,
		...clientRules,
		discovery: {
			client_id_metadata_document_supported: true,
			activitypub_object_id_as_client_id: true,
			protected_resources: [context.origin],
		},
		features: {
			claimsParameter: { enabled: false },
			clientCredentials: { enabled: true },
			devInteractions: { enabled: false },
			deviceFlow: pages.deviceFlow,
			// The API takes Bearer tokens only.
			dPoP: { enabled: false },
			// Registration is open, so a client may only ask about its own tokens.
			introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
			pushedAuthorizationRequests: { enabled: false },
			registration: { enabled: true },
			registrationManagement: { enabled: true },
			resourceIndicators: {
				enabled: true,
				defaultResource: () => undefined as never,
				useGrantedResource: () => true,
				getResourceServerInfo(_ctx, resource) {
					if (!resources.includes(resource)) throw new errors.InvalidTarget("unknown resource");
					return {
						scope: "ofscp",
						audience: resource,
						accessTokenFormat: "jwt",
						accessTokenTTL: lifetimes.jwt,
						jwt: { sign: { alg: "RS256" } },
					};
				},
			},
			revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
			rpInitiatedLogout: pages.rpInitiatedLogout,
			userinfo: { enabled: true },
		},
		interactions: {
			policy: createPolicy(context),
			url: (_ctx, { uid }) => `/oauth/interaction/${uid}`,
		},
		renderError: pages.renderError,
		fetch: guardedFetch(http),
		async findAccount(_ctx, subject) {
			const account = await accountOfSubject(context, subject);
			if (account === undefined || subjectOf(context, account) !== subject) return undefined;
			const { displayName, avatar } = account.profile;
			return {
				accountId: subject,
				claims: () => ({
					sub: subject,
					activitypub_actor_id: subject,
					name: displayName,
					preferred_username: account.handle,
					...(avatar === undefined ? {} : { picture: avatar }),
				}),
			};
		},
		// Ties a JWT to its grant, so that it is rejected once the grant has ended.
		extraTokenClaims: (_ctx, token) =>
			token.aud !== undefined && "grantId" in token && token.grantId !== undefined ? { sid: token.grantId } : undefined,
		// Not real parameters: their validators are the library's only hook for rules about a request.
		extraParams: { known: refuseOnlyUnknownScopes, offline: keepOfflineAccess },
		issueRefreshToken: (_ctx, client, { scopes }) =>
			client.grantTypeAllowed("refresh_token") && scopes.has("offline_access"),
		rotateRefreshToken: true,
		// Reuse, revocation or logout of one token ends the whole grant.
		revokeGrantPolicy: () => true,
		ttl: {
			AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? lifetimes.accessToken,
			AuthorizationCode: lifetimes.code,
			ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? lifetimes.jwt,
			DeviceCode: lifetimes.deviceCode,
			Grant: lifetimes.grant,
			IdToken: lifetimes.idToken,
			Interaction: lifetimes.interaction,
			RefreshToken: lifetimes.refreshToken,
			// The library starts a session for every browser that opens one of its forms.
			Session: (_ctx, { accountId }) => (accountId === undefined ? lifetimes.anonymousSession : lifetimes.session),
		},
	};
}
