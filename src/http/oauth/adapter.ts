import { type Adapter, type AdapterPayload, errors, type InteractionResults } from "oidc-provider";
import { Unavailable } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { passwordSince } from "#core/identity/credentials.ts";
import {
	clientBundle,
	consumeRecord,
	endBundle,
	endClient,
	endGrant,
	endRecord,
	findByAlias,
	findRecord,
	keepClient,
	type OAuthKind,
	type OAuthPayload,
	saveRecord,
	unusedClientExpiry,
} from "#core/identity/oauth-records.ts";
import { hashOfSecret } from "#core/identity/secret.ts";
import { accountIdOf, accountOfSubject } from "#core/identity/subject.ts";
import type { ClientDocuments } from "./client-documents.ts";

/** A record without a lifetime of its own lasts until its client is deleted. */
const unlimitedMs = 10 * 365 * 86_400_000;
/** Saving one of these shows that the client is in use. */
const marksUse: ReadonlySet<OAuthKind> = new Set(["ClientCredentials", "Grant", "RefreshToken"]);
/** These records are sealed whole, so they may contain their own secret. */
const keepsJti: ReadonlySet<OAuthKind> = new Set(["DeviceCode", "Interaction"]);

/** The result of a login, as an interaction stores it. */
interface LogIn {
	readonly accountId: string;
	/** When the account's password was set, in milliseconds. */
	readonly password: number;
}

/** The storage adapter of oidc-provider: keeps its models in the store. */
export function createAdapter(context: CoreContext, documents: ClientDocuments): (name: string) => Adapter {
	return (name) => {
		const kind = name as OAuthKind;
		const withJti = (payload: OAuthPayload | undefined, key: string): AdapterPayload | undefined =>
			payload === undefined || kind === "Client" ? payload : { ...payload, jti: key };

		return {
			async upsert(key, payload, expiresIn) {
				await saveRecord(context, kind, key, {
					...indexOf(kind, payload),
					payload: keepsJti.has(kind) ? { ...payload } : withoutJti(payload),
					expiresAt: expiryOf(expiresIn),
				});
				if (marksUse.has(kind) && typeof payload.clientId === "string") await keepClient(context, payload.clientId);
			},
			async find(key) {
				if (kind === "Client" && documents.isDocument(key)) return documents.find(key).catch(asLibraryError);
				const found = await findRecord(context, kind, key);
				return withJti(kind === "Interaction" ? await unlessPasswordChanged(found) : await unlessDeleted(found), key);
			},
			findByUid: async (uid) => unlessDeleted(await findByAlias(context, kind, uid)),
			findByUserCode: (code) => findByAlias(context, kind, code),
			async consume(key) {
				if ((await consumeRecord(context, kind, key)) === "taken") return;
				// Concurrent redemption is treated as reuse (RFC 9700 §4.14, §2.1.1).
				const used = await findRecord(context, kind, key);
				if (typeof used?.grantId === "string") await endGrant(context, used.grantId);
				throw new errors.InvalidGrant("it has been used already");
			},
			async destroy(key) {
				if (kind === "Grant") await endGrant(context, key);
				else if (kind === "Client") await endClient(context, key);
				else await endRecord(context, kind, key);
			},
			revokeByGrantId: (grant) => endBundle(context, grant, kind),
		};

		/** The session of a deleted account ends at once. */
		async function unlessDeleted(payload: OAuthPayload | undefined): Promise<OAuthPayload | undefined> {
			if (kind !== "Session" || typeof payload?.accountId !== "string") return payload;
			return (await accountOfSubject(context, payload.accountId)) === undefined ? undefined : payload;
		}

		/** A password change invalidates unfinished logins, which an attacker may have begun with the old password. */
		async function unlessPasswordChanged(payload: OAuthPayload | undefined): Promise<OAuthPayload | undefined> {
			const login = (payload?.result as InteractionResults | undefined)?.login as LogIn | undefined;
			const account = login === undefined ? undefined : accountIdOf(login.accountId);
			if (login === undefined || account === undefined) return payload;
			return (await passwordSince(context, account)) === login.password ? payload : undefined;
		}

		function expiryOf(expiresIn: number | undefined): number {
			if (kind === "Client") return unusedClientExpiry(context);
			return context.clock.now() + (expiresIn === undefined ? unlimitedMs : expiresIn * 1000);
		}
	};
}

function withoutJti(payload: AdapterPayload): OAuthPayload {
	const kept = { ...payload };
	delete kept.jti;
	return kept;
}

/** The fields by which a record can be found or revoked, besides its key. */
function indexOf(kind: OAuthKind, { grantId, clientId, accountId, jti, uid, userCode }: AdapterPayload) {
	const owner = accountId === undefined ? {} : { owner: accountId };
	switch (kind) {
		case "Grant":
			return { ...owner, publicId: jti as string, bundle: clientBundle(clientId as string) };
		case "Session":
			return { ...owner, publicId: uid as string, alias: hashOfSecret(uid as string) };
		case "Interaction":
			return {};
		case "RegistrationAccessToken":
			return { bundle: clientBundle(clientId as string) };
		default:
			return {
				...(grantId === undefined ? {} : { bundle: grantId }),
				...(userCode === undefined ? {} : { alias: hashOfSecret(userCode) }),
			};
	}
}

/** A client whose document can't be fetched now is not an unknown client (RFC 6749 §4.1.2.1). */
function asLibraryError(cause: unknown): never {
	if (!(cause instanceof Unavailable)) throw cause;
	const error = new errors.TemporarilyUnavailable(cause.message, { cause });
	throw Object.assign(error, { status: cause.status, statusCode: cause.status, expose: true });
}
