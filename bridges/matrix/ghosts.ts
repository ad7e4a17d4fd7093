import { type Account, BoundedMap, type BridgeHost } from "#bridge-kit";
import { type Homeserver, HomeserverError, isRefusal, segment } from "./homeserver.ts";
import type { Names } from "./ids.ts";

/** With a device of its own a transaction id is remembered by the homeserver's database, not by its memory. */
const device = "CAUSEWAY";
const maxKnown = 20_000;
const maxName = 255;

/** Our people as Matrix sees them. */
export interface Ghosts {
	/** The user id of somebody's ghost, who exists from now on and is called as they are called. @throws {HomeserverError} */
	of(account: Account): Promise<string>;
	/** The same without asking anybody: what their ghost is or would be called; of somebody from Matrix their own id. */
	userOf(account: Account): string;
	/** The query of a request whose transaction id must be remembered. */
	deviceOf(user: string): Readonly<Record<string, string>>;
	/** A new name, if there is a ghost that bears it. @throws {HomeserverError} */
	rename(account: Account): Promise<void>;
	/** Whether this ghost was made already, whatever it is called. */
	exists(user: string): Promise<boolean>;
	/** What is remembered of a ghost may be wrong (the homeserver was set up anew): it is made again when it is next needed. */
	forget(account: Account): Promise<void>;
}

interface Known {
	readonly displayName: string;
	readonly device: boolean;
}

export function createGhosts(host: Pick<BridgeHost, "about" | "state">, homeserver: Homeserver, names: Names): Ghosts {
	const known = new BoundedMap<string, Known>(maxKnown);
	const making = new Map<string, Promise<Known>>();
	const keyOf = (user: string): string => `ghost:${user}`;
	const nameOf = ({ profile, handle }: Account): string => (profile.displayName || handle).slice(0, maxName);

	async function make(user: string, displayName: string): Promise<Known> {
		const before = (await host.state.get(keyOf(user))) as Known | undefined;
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
			// Homeservers before v1.17 know no such devices; their memory has to do.
			if (isRefusal(error)) return false;
			throw error;
		}
	}

	const exists = async (user: string): Promise<boolean> => (await host.state.get(keyOf(user))) !== undefined;
	const userOf = (account: Account): string =>
		account.origin?.bridge === host.about.bridge ? account.origin.id : names.ghost(account.handle, account.domain);

	return {
		userOf,
		async of(account) {
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
			if (await exists(userOf(account))) await this.of(account);
		},
		exists,
		async forget(account) {
			const user = userOf(account);
			known.delete(user);
			await host.state.delete(keyOf(user));
		},
	};
}
