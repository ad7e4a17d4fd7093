import type { CoreContext } from "../events/context.ts";
import { type Expiring, expiryIndex } from "../ports/expiry.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import { announceRevocation } from "./revocation.ts";
import { hashOfSecret } from "./secret.ts";
import { accountIdOf } from "./subject.ts";

/** The kinds of records that the authorization server stores, with the names that oidc-provider gives them. */
export type OAuthKind =
	| "AccessToken"
	| "AuthorizationCode"
	| "Client"
	| "ClientCredentials"
	| "DeviceCode"
	| "Grant"
	| "GrantedClient"
	| "InitialAccessToken"
	| "Interaction"
	| "RefreshToken"
	| "RegistrationAccessToken"
	| "ReplayDetection"
	| "Session";

/** The content of a record, as oidc-provider defines it. */
export type OAuthPayload = Readonly<Record<string, unknown>>;

/**
 * A code, token, grant, session or client. Its id is its kind and the SHA-256 of its key, which is a secret for most kinds and is not
 * stored.
 */
export interface OAuthRecord extends Expiring {
	readonly kind: OAuthKind;
	/** The content, encrypted for the kinds that contain secrets of others. */
	readonly payload: OAuthPayload | string;
	/** The records that end together: a grant's id, or `client:` and the id of a client. */
	readonly bundle?: string;
	/** The hash of another value by which the record is found: a session's uid, or the user code of a device flow. */
	readonly alias?: string;
	/** The subject that a grant or session belongs to. */
	readonly owner?: string;
	/** The id of a grant or session in the API, which is no secret. */
	readonly publicId?: string;
	/** When the record was consumed. */
	readonly consumedAt?: number;
	/** When the record ended. It is kept for a while, so that a late write of a concurrent request can't revive it. */
	readonly endedAt?: number;
}

/** The records of the authorization server. */
export const oauthRecords: Collection<OAuthRecord> = {
	name: "oauth_records",
	version: 1,
	indexes: {
		expiresAt: expiryIndex,
		bundle: {
			kinds: ["text", "text", "text"],
			of: (r) => (r.bundle === undefined ? undefined : [r.bundle, r.kind, stateOf(r)]),
		},
		alias: { kinds: ["text", "text"], of: (r) => (r.alias === undefined ? undefined : [r.kind, r.alias]) },
		owner: { kinds: ["text", "text"], of: (r) => (r.owner === undefined ? undefined : [r.kind, r.owner]) },
	},
};

/** Whether a record can still be used. A used record is kept to detect its reuse. */
const stateOf = ({ consumedAt }: OAuthRecord): "live" | "used" => (consumedAt === undefined ? "live" : "used");

type Dependencies = Pick<CoreContext, "store" | "clock" | "vault">;

/** The kinds that contain secrets of others: of a client, or of the session or device of an interaction. */
const sealedKinds: ReadonlySet<OAuthKind> = new Set(["Client", "DeviceCode", "Interaction"]);
/** The kinds that a late write of a concurrent request must not revive. */
const endsForGood: ReadonlySet<OAuthKind> = new Set(["Grant", "Session"]);

const tombstoneMs = 3_600_000;

/** The id of a record. @param key what oidc-provider knows it by */
export const recordId = (kind: OAuthKind, key: string): string => `${kind}:${hashOfSecret(key)}`;

/** The record with a key, even if it has expired; `undefined` if there is none or it has ended. */
export async function findRecord(
	{ store, vault }: Pick<Dependencies, "store" | "vault">,
	kind: OAuthKind,
	key: string,
): Promise<OAuthPayload | undefined> {
	const record = (await store.get(oauthRecords, recordId(kind, key)))?.doc;
	return record === undefined || record.endedAt !== undefined ? undefined : readPayload({ vault }, record);
}

/** The record with an alias. */
export async function findByAlias(
	{ store, vault }: Pick<Dependencies, "store" | "vault">,
	kind: OAuthKind,
	alias: string,
): Promise<OAuthPayload | undefined> {
	const [found] = await store.page(oauthRecords, {
		index: "alias",
		prefix: [kind, hashOfSecret(alias)],
		order: "asc",
		limit: 1,
	});
	return found === undefined ? undefined : readPayload({ vault }, found.doc);
}

function readPayload({ vault }: Pick<CoreContext, "vault">, { payload, consumedAt }: OAuthRecord): OAuthPayload {
	const opened = typeof payload === "string" ? (vault.open(payload) as OAuthPayload) : payload;
	return consumedAt === undefined ? opened : { ...opened, consumed: Math.floor(consumedAt / 1000) };
}

/** Stores a record or its new state. A consumed record stays consumed, an ended one stays ended. */
export async function saveRecord(
	{ store, vault }: Pick<Dependencies, "store" | "vault">,
	kind: OAuthKind,
	key: string,
	{ payload, ...rest }: Omit<OAuthRecord, "kind" | "consumedAt" | "endedAt" | "payload"> & { payload: OAuthPayload },
): Promise<void> {
	const id = recordId(kind, key);
	const doc: OAuthRecord = {
		kind,
		payload: sealedKinds.has(kind) ? (vault.seal(payload) as string) : payload,
		...rest,
	};
	for (;;) {
		const stored = await store.get(oauthRecords, id);
		if (stored === undefined) {
			try {
				return await store.insert(oauthRecords, id, doc);
			} catch (error) {
				if (!(error instanceof Duplicate)) throw error;
				continue;
			}
		}
		if (stored.doc.endedAt !== undefined) return;
		const { consumedAt } = stored.doc;
		const next = consumedAt === undefined ? doc : { ...doc, consumedAt };
		if (await store.replace(oauthRecords, id, stored.rev, next)) return;
	}
}

/** Consumes a record. Of concurrent calls exactly one gets `taken`. */
export async function consumeRecord(
	{ store, clock }: Pick<Dependencies, "store" | "clock">,
	kind: OAuthKind,
	key: string,
): Promise<"taken" | "used" | "gone"> {
	for (;;) {
		const stored = await store.get(oauthRecords, recordId(kind, key));
		if (stored === undefined || stored.doc.endedAt !== undefined) return "gone";
		if (stored.doc.consumedAt !== undefined) return "used";
		const used = { ...stored.doc, consumedAt: clock.now() };
		if (await store.replace(oauthRecords, stored.id, stored.rev, used)) return "taken";
	}
}

/** Ends a record; `false` if there was none. */
export const endRecord = (
	dependencies: Pick<Dependencies, "store" | "clock">,
	kind: OAuthKind,
	key: string,
): Promise<boolean> => endStored(dependencies, recordId(kind, key));

/** Like {@link endRecord}, by the id of the document. */
export async function endStored({ store, clock }: Pick<Dependencies, "store" | "clock">, id: string): Promise<boolean> {
	for (;;) {
		const stored = await store.get(oauthRecords, id);
		if (stored === undefined || stored.doc.endedAt !== undefined) return false;
		const { kind } = stored.doc;
		const endedAt = clock.now();
		const tombstone = { kind, payload: {}, endedAt, expiresAt: endedAt + tombstoneMs };
		const isOver = endsForGood.has(kind)
			? await store.replace(oauthRecords, id, stored.rev, tombstone)
			: await store.delete(oauthRecords, id, stored.rev);
		if (isOver) return true;
	}
}

/** Ends all records of a grant or a client, or only those of one kind. */
export async function endBundle(
	dependencies: Pick<Dependencies, "store" | "clock">,
	bundle: string,
	kind?: OAuthKind,
): Promise<void> {
	const prefix = kind === undefined ? [bundle] : [bundle, kind];
	for (;;) {
		const page = await dependencies.store.page(oauthRecords, { index: "bundle", prefix, order: "asc", limit: 100 });
		for (const { id } of page) await endStored(dependencies, id);
		if (page.length === 0) return;
	}
}

/**
 * Ends a grant with a single write, since no token is valid without its grant, and then deletes its records. Streams that were opened
 * with one of its tokens end.
 */
export async function endGrant(
	dependencies: Pick<CoreContext, "store" | "clock" | "bus">,
	grant: string,
): Promise<boolean> {
	const owner = (await dependencies.store.get(oauthRecords, recordId("Grant", grant)))?.doc.owner;
	const isEnded = await endRecord(dependencies, "Grant", grant);
	const account = owner === undefined ? undefined : accountIdOf(owner);
	if (account !== undefined) announceRevocation(dependencies, account);
	await endBundle(dependencies, grant);
	return isEnded;
}

/** The bundle of a client's registration and of the grants that it has received. */
export const clientBundle = (client: string): string => `client:${client}`;

/** Deletes a client, and ends all grants that it has received (RFC 7592 §2.3). */
export async function endClient(
	dependencies: Pick<CoreContext, "store" | "clock" | "bus">,
	client: string,
): Promise<void> {
	// The client first, so that it can receive no further grants.
	await endRecord(dependencies, "Client", client);
	const bundle = clientBundle(client);
	for (;;) {
		const grants = await dependencies.store.page(oauthRecords, {
			index: "bundle",
			prefix: [bundle, "Grant"],
			order: "asc",
			limit: 100,
		});
		for (const { doc } of grants) await endGrant(dependencies, doc.publicId as string);
		if (grants.length === 0) break;
	}
	await endBundle(dependencies, bundle);
}

/** How long a dynamically registered client is kept before its first use, and after its last. */
const clientMs = { unused: 7 * 86_400_000, used: 400 * 86_400_000 };

/** When a client that has just been registered is deleted, unless it is used. */
export const unusedClientExpiry = ({ clock }: Pick<CoreContext, "clock">): number => clock.now() + clientMs.unused;

/** Extends the lifetime of a client that is being used. */
export async function keepClient(
	{ store, clock }: Pick<CoreContext, "store" | "clock">,
	client: string,
): Promise<void> {
	const stored = await store.get(oauthRecords, recordId("Client", client));
	if (stored === undefined || stored.doc.expiresAt > clock.now() + clientMs.used / 2) return;
	// A concurrent change of the client has extended its lifetime as well.
	await store.replace(oauthRecords, stored.id, stored.rev, { ...stored.doc, expiresAt: clock.now() + clientMs.used });
}
