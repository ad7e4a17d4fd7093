import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import type { Stored } from "../ports/store.ts";
import { deviceKeysOf } from "./device-keys.ts";
import { lastUsedOf } from "./last-used.ts";
import { endGrant, endStored, findRecord, type OAuthKind, type OAuthRecord, oauthRecords } from "./oauth-records.ts";
import type { SessionItem, SessionSource } from "./sessions.ts";
import { subjectOf } from "./subject.ts";

/** The name of a session of a browser that is logged in to our own pages. */
const browserName = "Web browser";

/** What is stored with a grant about its client: enough to name the client when its metadata is no longer available. */
export interface GrantedClient {
	readonly name: string;
	/** The digest of what the consent page showed of the client; if it changes, the user is asked again. */
	readonly digest: string;
}

/** The sessions of the authorization server: browsers, and clients that act for an account. */
export function oauthSessions(context: CoreContext): SessionSource {
	const owned = (account: AccountId, kind: OAuthKind): Promise<readonly Stored<OAuthRecord>[]> =>
		context.store.page(oauthRecords, {
			index: "owner",
			prefix: [kind, subjectOf(context, { id: account })],
			order: "asc",
			limit: 1000,
		});

	async function end({ id, doc }: Stored<OAuthRecord>): Promise<boolean> {
		return doc.kind === "Grant" ? endGrant(context, doc.publicId as string) : endStored(context, id);
	}

	return {
		kind: "session",
		async list(account) {
			const now = context.clock.now();
			const logins = [...(await owned(account, "Session")), ...(await owned(account, "Grant"))];
			const makers = new Set((await deviceKeysOf(context, account)).map(({ madeBy }) => madeBy?.id));
			const items = logins
				.filter(({ doc }) => doc.expiresAt > now)
				.map(({ doc }) => (doc.kind === "Grant" ? clientItem(context, doc, makers) : browserItem(doc)));
			return (await Promise.all(items)).filter((item) => item !== undefined);
		},
		async end(account, id) {
			for (const kind of ["Grant", "Session"] as const) {
				const login = (await owned(account, kind)).find(({ doc }) => doc.publicId === id);
				if (login !== undefined) return end(login);
			}
			return false;
		},
		async endAll(account, except = []) {
			for (const kind of ["Grant", "Session"] as const) {
				// An ended session is no longer listed.
				for (;;) {
					const page = (await owned(account, kind)).filter(({ doc }) => !except.includes(doc.publicId ?? ""));
					if (page.length === 0) break;
					for (const login of page) await end(login);
				}
			}
		},
	};
}

async function browserItem({ publicId, payload }: OAuthRecord): Promise<SessionItem | undefined> {
	if (publicId === undefined || typeof payload === "string") return undefined;
	return { id: publicId, kind: "session", client: browserName, createdAt: Number(payload.loginTs) * 1000 };
}

/** A client that has a grant, and still has a valid token or a device key. @param makers what has made the device keys */
async function clientItem(
	context: CoreContext,
	{ publicId, payload }: OAuthRecord,
	makers: ReadonlySet<string | undefined>,
): Promise<SessionItem | undefined> {
	if (publicId === undefined || typeof payload === "string") return undefined;
	if (!makers.has(publicId) && !(await hasToken(context, publicId))) return undefined;
	const client = (await findRecord(context, "GrantedClient", publicId)) as GrantedClient | undefined;
	const lastUsedAt = await lastUsedOf(context, publicId);
	return {
		id: publicId,
		kind: "session",
		client: client?.name ?? String(payload.clientId),
		createdAt: Number(payload.iat) * 1000,
		...(lastUsedAt === undefined ? {} : { lastUsedAt }),
	};
}

async function hasToken({ store, clock }: CoreContext, grant: string): Promise<boolean> {
	const now = clock.now();
	for (const kind of ["RefreshToken", "AccessToken"] as const) {
		const prefix = [grant, kind, "live"];
		const page = await store.page(oauthRecords, { index: "bundle", prefix, order: "asc", limit: 1000 });
		if (page.some(({ doc }) => doc.expiresAt > now)) return true;
	}
	return false;
}
