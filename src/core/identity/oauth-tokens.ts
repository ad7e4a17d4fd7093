import type { CoreContext } from "../events/context.ts";
import { type OAuthRecord, oauthRecords, recordId } from "./oauth-records.ts";
import type { Principal } from "./principal.ts";
import { accountOfSubject } from "./subject.ts";

const opaque = "oauth:";
const structured = "oauth+jwt:";

/** The resource indicators of the API (RFC 8707): the origin, and the API below it. */
export const apiResources = ({ origin }: Pick<CoreContext, "origin">): readonly string[] => [
	origin,
	`${origin}/`,
	`${origin}/api`,
];

/** The claims of an access token that determine its principal. */
export interface AccessTokenClaims {
	readonly subject: string;
	readonly client: string;
	readonly grant: string;
	readonly scope: string;
	/** Seconds since 1970. */
	readonly expiresAt: number;
}

/** The credential of an opaque access token; `undefined` if the secret does not look like one. */
export const opaqueCredential = (secret: string): string | undefined =>
	/^[\w-]{43}$/.test(secret) ? opaque + recordId("AccessToken", secret) : undefined;

/** The credential of a JWT access token whose signature, issuer and audience have been checked. */
export const jwtCredential = (claims: AccessTokenClaims): string => structured + JSON.stringify(claims);

/** The current principal of an OAuth credential; `undefined` if the token or its grant has expired or ended. */
export async function oauthPrincipal(
	context: Pick<CoreContext, "store" | "clock">,
	credential: string,
): Promise<Principal | undefined> {
	const claims = credential.startsWith(structured)
		? (JSON.parse(credential.slice(structured.length)) as AccessTokenClaims)
		: await claimsOf(context, credential.slice(opaque.length));
	if (claims === undefined || claims.expiresAt * 1000 <= context.clock.now()) return undefined;
	const [grant, account] = await Promise.all([
		context.store.get(oauthRecords, recordId("Grant", claims.grant)),
		accountOfSubject(context, claims.subject),
	]);
	if (grant === undefined || grant.doc.endedAt !== undefined || grant.doc.expiresAt <= context.clock.now())
		return undefined;
	if (account === undefined || grant.doc.owner !== claims.subject) return undefined;
	return {
		account,
		scopes: claims.scope.split(" "),
		credential,
		client: claims.client,
		session: claims.grant,
	};
}

/** True for a credential that {@link oauthPrincipal} reads. */
export const isOAuthCredential = (credential: string): boolean =>
	credential.startsWith(opaque) || credential.startsWith(structured);

/** True for a token of the client credentials grant, which acts for no account. */
export async function isClientToken({ store }: Pick<CoreContext, "store">, secret: string): Promise<boolean> {
	return (await store.get(oauthRecords, recordId("ClientCredentials", secret))) !== undefined;
}

async function claimsOf(context: Pick<CoreContext, "store">, record: string): Promise<AccessTokenClaims | undefined> {
	const token: OAuthRecord | undefined = (await context.store.get(oauthRecords, record))?.doc;
	if (token === undefined || token.kind !== "AccessToken" || typeof token.payload === "string") return undefined;
	const { accountId, clientId, grantId, scope = "", aud, exp } = token.payload;
	// Tokens for a single resource are JWTs, which are not stored.
	if (aud !== undefined) return undefined;
	return {
		subject: accountId as string,
		client: clientId as string,
		grant: grantId as string,
		scope: scope as string,
		expiresAt: exp as number,
	};
}
