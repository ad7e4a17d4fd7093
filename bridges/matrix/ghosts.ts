import { type Account, BoundedMap, type BridgeHost } from "#bridge-kit";
import { type Homeserver, HomeserverError, isRefusal, segment } from "./homeserver.ts";
import type { Names } from "./ids.ts";

/** For a ghost with a device, the homeserver remembers transaction ids in its database, not only in memory. */
const device = "CAUSEWAY";
const maxKnown = 20_000;
const maxName = 255;

/** The Matrix users that stand for our accounts. */
export interface Ghosts {
	/** The user id of an account's ghost, which is registered and has the account's display name afterwards. @throws {HomeserverError} */
	ensure(account: Account): Promise<string>;
	/** The user id without a request: of the ghost, registered or not; of a Matrix user their own. */
	userOf(account: Account): string;
	/** The query parameters of a request whose transaction id must be remembered. */
	deviceOf(user: string): Readonly<Record<string, string>>;
	/** Sets the display name of a ghost that exists. @throws {HomeserverError} */
	rename(account: Account): Promise<void>;
	/** Whether a ghost with this user id was registered. */
	exists(user: string): Promise<boolean>;
	/** Drops what we have stored about a ghost, so that it is registered again when it is next needed (a new homeserver). */
	forget(account: Account): Promise<void>;
}

interface KnownGhost {
	readonly displayName: string;
	readonly device: boolean;
}

export function createGhosts(host: Pick<BridgeHost, "about" | "state">, homeserver: Homeserver, names: Names): Ghosts {
	const known = new BoundedMap<string, KnownGhost>(maxKnown);
	const making = new Map<string, Promise<KnownGhost>>();
	const keyOf = (user: string): string => `ghost:${user}`;
	const nameOf = ({ profile, handle, deletedAt }: Account): string =>
		deletedAt === undefined ? (profile.displayName || handle).slice(0, maxName) : "";

	async function make(user: string, displayName: string): Promise<KnownGhost> {
		const before = (await host.state.get(keyOf(user))) as KnownGhost | undefined;
		if (before === undefined) await register(user);
		const hasDevice = before?.device ?? (await makeDevice(user));
		if (before?.displayName !== displayName)
			await homeserver.request("PUT", `/profile/${segment(user)}/displayname`, {
				as: user,
				body: { displayname: displayName },
			});
		const made = { displayName, device: hasDevice };
		if (before?.displayName !== displayName) await host.state.set(keyOf(user), made);
		return made;
	}

	async function register(user: string): Promise<void> {
		const username = user.slice(1, user.indexOf(":"));
		try {
			await homeserver.request("POST", "/register", {
				body: { type: "m.login.application_service", username, inhibit_login: true },
			});
		} catch (error) {
			if (!(error instanceof HomeserverError) || error.errcode !== "M_USER_IN_USE") throw error;
		}
	}

	async function makeDevice(user: string): Promise<boolean> {
		try {
			await homeserver.request("PUT", `/devices/${device}`, { as: user, body: { display_name: "Causeway" } });
			return true;
		} catch (error) {
			// Homeservers before v1.17 have no such devices; transaction ids are then remembered in memory only.
			if (isRefusal(error)) return false;
			throw error;
		}
	}

	const exists = async (user: string): Promise<boolean> => (await host.state.get(keyOf(user))) !== undefined;
	const userOf = (account: Account): string =>
		account.origin?.bridge === host.about.bridge ? account.origin.id : names.ghost(account.handle, account.domain);

	return {
		userOf,
		async ensure(account) {
			const user = userOf(account);
			const displayName = nameOf(account);
			if (known.get(user)?.displayName === displayName) return user;
			const busy = making.get(user) ?? make(user, displayName).finally(() => making.delete(user));
			making.set(user, busy);
			known.set(user, await busy);
			return user;
		},
		deviceOf: (user) => (known.get(user)?.device === true ? { device_id: device } : {}),
		async rename(account) {
			if (await exists(userOf(account))) await this.ensure(account);
		},
		exists,
		async forget(account) {
			const user = userOf(account);
			known.delete(user);
			await host.state.delete(keyOf(user));
		},
	};
}
