import type { World } from "../events/world.ts";
import { type Expiring, expiryIndex } from "../ports/expiry.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import { tellRevoked } from "./revocation.ts";
import { hashOfSecret } from "./secret.ts";
import { accountIdOf } from "./subject.ts";

/** The kinds of things that an authorization server remembers, by the names that its library gives them. */
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

export type OAuthPayload = Readonly<Record<string, unknown>>;

/**
 * A code, token, grant, session or client. Its id is its kind and the SHA-256 of what it is known by, which is a secret for
 * most kinds and is not kept.
 */
export interface OAuthRecord extends Expiring {
	readonly kind: OAuthKind;
	/** As it is, or sealed for the kinds in which other secrets are written. */
	readonly payload: OAuthPayload | string;
	/** What it ends with: a grant's id, or `client:` and the id of a client. */
	readonly bundle?: string;
	/** The hash of another value by which it is found: a session's uid, the code that a person types. */
	readonly alias?: string;
	/** The subject of whom it belongs to; of grants and sessions. */
	readonly owner?: string;
	/** The id by which its owner calls it, no secret; of grants and sessions. */
	readonly publicId?: string;
	/** Since when it can't be used again. */
	readonly consumedAt?: number;
	/** Since when it is over. What has ended stays for a while, so that no late write of a request under way revives it. */
	readonly endedAt?: number;
}

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

/** Whether it can still be used; what has been used is kept to know it again. */
const stateOf = ({ consumedAt }: OAuthRecord): "live" | "used" => (consumedAt === undefined ? "live" : "used");

type Keeper = Pick<World, "store" | "clock" | "vault">;

/** These hold secrets of others: of a client, of the session or of the device that an interaction is about. */
const sealedKinds: ReadonlySet<OAuthKind> = new Set(["Client", "DeviceCode", "Interaction"]);
/** Late writes of a request that was under way must not bring these back. */
const endsForGood: ReadonlySet<OAuthKind> = new Set(["Grant", "Session"]);

const tombstoneMs = 3_600_000;

export const recordId = (kind: OAuthKind, key: string): string => `${kind}:${hashOfSecret(key)}`;

/** What is remembered under a key; over means gone, expired does not. */
export async function findRecord(
	{ store, vault }: Pick<Keeper, "store" | "vault">,
	kind: OAuthKind,
	key: string,
): Promise<OAuthPayload | undefined> {
	const record = (await store.get(oauthRecords, recordId(kind, key)))?.doc;
	return record === undefined || record.endedAt !== undefined ? undefined : readPayload({ vault }, record);
}

/** The same by its alias. */
export async function findByAlias(
	{ store, vault }: Pick<Keeper, "store" | "vault">,
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

function readPayload({ vault }: Pick<World, "vault">, { payload, consumedAt }: OAuthRecord): OAuthPayload {
	const opened = typeof payload === "string" ? (vault.open(payload) as OAuthPayload) : payload;
	return consumedAt === undefined ? opened : { ...opened, consumed: Math.floor(consumedAt / 1000) };
}

/** Remembers a thing, or what has become of it. A thing that has been used stays used, one that has ended stays ended. */
export async function saveRecord(
	{ store, vault }: Pick<Keeper, "store" | "vault">,
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

/** Uses a thing up. However many try at once, it is `taken` once. */
export async function consumeRecord(
	{ store, clock }: Pick<Keeper, "store" | "clock">,
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

/** Forgets a thing. */
export const endRecord = (keeper: Pick<Keeper, "store" | "clock">, kind: OAuthKind, key: string): Promise<boolean> =>
	endStored(keeper, recordId(kind, key));

/** The same by the id of its document. */
export async function endStored({ store, clock }: Pick<Keeper, "store" | "clock">, id: string): Promise<boolean> {
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

/** Forgets all that belongs to a grant or a client, or only what is of one kind. */
export async function endBundle(
	keeper: Pick<Keeper, "store" | "clock">,
	bundle: string,
	kind?: OAuthKind,
): Promise<void> {
	const prefix = kind === undefined ? [bundle] : [bundle, kind];
	for (;;) {
		const page = await keeper.store.page(oauthRecords, { index: "bundle", prefix, order: "asc", limit: 100 });
		for (const { id } of page) await endStored(keeper, id);
		if (page.length === 0) return;
	}
}

/**
 * Ends a grant: at once, in one write, since no token is worth anything without its grant; then tidies up. Streams that were
 * opened with one of its tokens end.
 */
export async function endGrant(keeper: Pick<World, "store" | "clock" | "bus">, grant: string): Promise<boolean> {
	const owner = (await keeper.store.get(oauthRecords, recordId("Grant", grant)))?.doc.owner;
	const isEnded = await endRecord(keeper, "Grant", grant);
	const account = owner === undefined ? undefined : accountIdOf(owner);
	if (account !== undefined) tellRevoked(keeper, account);
	await endBundle(keeper, grant);
	return isEnded;
}

/** What a client's registration and the grants that it was given are kept under. */
export const clientBundle = (client: string): string => `client:${client}`;

/** Forgets a client, and ends all that people have granted it (RFC 7592 §2.3). */
export async function endClient(keeper: Pick<World, "store" | "clock" | "bus">, client: string): Promise<void> {
	// First itself: nobody grants it anything any more.
	await endRecord(keeper, "Client", client);
	const bundle = clientBundle(client);
	for (;;) {
		const grants = await keeper.store.page(oauthRecords, {
			index: "bundle",
			prefix: [bundle, "Grant"],
			order: "asc",
			limit: 100,
		});
		for (const { doc } of grants) await endGrant(keeper, doc.publicId as string);
		if (grants.length === 0) break;
	}
	await endBundle(keeper, bundle);
}

/** For how long a client that registered itself is kept, and for how long one that somebody has used. */
const clientMs = { unused: 7 * 86_400_000, used: 400 * 86_400_000 };

/** When a client that has just registered itself is forgotten, unless it is used. */
export const unusedClientExpiry = ({ clock }: Pick<World, "clock">): number => clock.now() + clientMs.unused;

/** Keeps a client that is being used. */
export async function keepClient({ store, clock }: Pick<World, "store" | "clock">, client: string): Promise<void> {
	const stored = await store.get(oauthRecords, recordId("Client", client));
	if (stored === undefined || stored.doc.expiresAt > clock.now() + clientMs.used / 2) return;
	// Whoever has changed it meanwhile has used it too.
	await store.replace(oauthRecords, stored.id, stored.rev, { ...stored.doc, expiresAt: clock.now() + clientMs.used });
}
