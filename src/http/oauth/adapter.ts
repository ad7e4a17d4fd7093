import { type Adapter, type AdapterPayload, errors, type InteractionResults } from "oidc-provider";
import type { World } from "#core/events/world.ts";
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

/** What has no end of its own ends with the client that it belongs to. */
const neverMs = 10 * 365 * 86_400_000;
/** Saved for a client that is at work. */
const showsUse: ReadonlySet<OAuthKind> = new Set(["ClientCredentials", "Grant", "RefreshToken"]);
/** These are sealed whole, so their own secret may be in them. */
const keepsKey: ReadonlySet<OAuthKind> = new Set(["DeviceCode", "Interaction"]);

/** What an interaction keeps of somebody who has just logged in. */
interface LogIn {
	readonly accountId: string;
	/** Since when they have the password that they have. */
	readonly password: number;
}

/** The memory of the authorization server: its library's models, kept in the store. */
export function createAdapter(world: World, documents: ClientDocuments): (name: string) => Adapter {
	return (name) => {
		const kind = name as OAuthKind;
		const withKey = (payload: OAuthPayload | undefined, key: string): AdapterPayload | undefined =>
			payload === undefined || kind === "Client" ? payload : { ...payload, jti: key };

		return {
			async upsert(key, payload, expiresIn) {
				await saveRecord(world, kind, key, {
					...linksOf(kind, payload),
					payload: keepsKey.has(kind) ? { ...payload } : withoutKey(payload),
					expiresAt: expiryOf(expiresIn),
				});
				if (showsUse.has(kind) && typeof payload.clientId === "string") await keepClient(world, payload.clientId);
			},
			async find(key) {
				if (kind === "Client" && documents.isDocument(key)) return documents.find(key);
				const found = await findRecord(world, kind, key);
				return withKey(kind === "Interaction" ? await unlessOutdated(found) : await ofSomebody(found), key);
			},
			findByUid: async (uid) => ofSomebody(await findByAlias(world, kind, uid)),
			findByUserCode: (code) => findByAlias(world, kind, code),
			async consume(key) {
				if ((await consumeRecord(world, kind, key)) === "taken") return;
				// Two at once: as if one had come after the other (RFC 9700 §4.14, §2.1.1).
				const used = await findRecord(world, kind, key);
				if (typeof used?.grantId === "string") await endGrant(world, used.grantId);
				throw new errors.InvalidGrant("it has been used already");
			},
			async destroy(key) {
				if (kind === "Grant") await endGrant(world, key);
				else if (kind === "Client") await endClient(world, key);
				else await endRecord(world, kind, key);
			},
			revokeByGrantId: (grant) => endBundle(world, grant, kind),
		};

		/** A session of somebody who is gone is none, from the moment on that they are. */
		async function ofSomebody(payload: OAuthPayload | undefined): Promise<OAuthPayload | undefined> {
			if (kind !== "Session" || typeof payload?.accountId !== "string") return payload;
			return (await accountOfSubject(world, payload.accountId)) === undefined ? undefined : payload;
		}

		/** Whoever was on their way in when the password changed, perhaps because they should not have it, begins again. */
		async function unlessOutdated(payload: OAuthPayload | undefined): Promise<OAuthPayload | undefined> {
			const login = (payload?.result as InteractionResults | undefined)?.login as LogIn | undefined;
			const account = login === undefined ? undefined : accountIdOf(login.accountId);
			if (login === undefined || account === undefined) return payload;
			return (await passwordSince(world, account)) === login.password ? payload : undefined;
		}

		function expiryOf(expiresIn: number | undefined): number {
			if (kind === "Client") return unusedClientExpiry(world);
			return world.clock.now() + (expiresIn === undefined ? neverMs : expiresIn * 1000);
		}
	};
}

function withoutKey(payload: AdapterPayload): OAuthPayload {
	const kept = { ...payload };
	delete kept.jti;
	return kept;
}

/** By what else a thing is found. */
function linksOf(kind: OAuthKind, { grantId, clientId, accountId, jti, uid, userCode }: AdapterPayload) {
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
