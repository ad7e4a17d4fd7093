import { type Homeserver, HomeserverError, segment } from "../homeserver.ts";
import type { Names } from "../ids.ts";

/** Who of ours is in which room. */
export interface Members {
	/** Brings a ghost into a room: by itself, or invited by the bot. @throws {HomeserverError} */
	join(room: string, user: string): Promise<void>;
	/** The bot itself; `false`: it is neither invited nor may it come in. @throws {HomeserverError} the homeserver can't say now */
	joinBot(room: string): Promise<boolean>;
	/** What is remembered of a room no longer holds. */
	forget(room: string): void;
	/** Everybody of ours leaves, the bot last. */
	leaveAll(room: string): Promise<void>;
}

export function createMembers(homeserver: Homeserver, names: Names): Members {
	const joined = new Map<string, Set<string>>();
	const pathOf = (room: string, action: string): string => `/rooms/${segment(room)}/${action}`;
	const isRefusal = (error: unknown): boolean =>
		error instanceof HomeserverError && (error.status === 403 || error.status === 404);

	async function leave(room: string, user: string): Promise<void> {
		try {
			await homeserver.request("POST", pathOf(room, "leave"), { as: user });
		} catch (error) {
			if (!isRefusal(error)) throw error;
		}
	}

	return {
		async join(room, user) {
			const here = joined.get(room) ?? new Set<string>();
			if (here.has(user)) return;
			joined.set(room, here);
			try {
				await homeserver.request("POST", `/join/${segment(room)}`, { as: user });
			} catch (error) {
				if (!isRefusal(error)) throw error;
				await homeserver.request("POST", pathOf(room, "invite"), { body: { user_id: user } });
				await homeserver.request("POST", `/join/${segment(room)}`, { as: user });
			}
			here.add(user);
		},
		async joinBot(room) {
			try {
				await homeserver.request("POST", `/join/${segment(room)}`);
				return true;
			} catch (error) {
				if (isRefusal(error)) return false;
				throw error;
			}
		},
		forget: (room) => void joined.delete(room),
		async leaveAll(room) {
			joined.delete(room);
			try {
				const { joined: members } = await homeserver.request("GET", pathOf(room, "joined_members"));
				for (const user of Object.keys((members ?? {}) as object))
					if (names.isOurs(user) && user !== names.bot) await leave(room, user);
			} catch (error) {
				if (!isRefusal(error)) throw error;
			}
			await leave(room, names.bot);
		},
	};
}
