import type { BridgeHost } from "#bridge-kit";
import { type Homeserver, HomeserverError, segment } from "../homeserver.ts";
import type { Names } from "../ids.ts";
import { isRecord } from "../incoming/event.ts";

/** Who of ours is in which room. */
export interface Members {
	/** Brings a ghost into a room: by itself, or invited by the bot. @throws {HomeserverError} */
	join(room: string, user: string): Promise<void>;
	/** The bot itself; `false`: it is neither invited nor may it come in. @throws {HomeserverError} the homeserver can't say now */
	joinBot(room: string): Promise<boolean>;
	/** Whether the bot is in a room. @throws {HomeserverError} the homeserver can't say now */
	hasBot(room: string): Promise<boolean>;
	/** A ghost may have been thrown out: it comes in anew before it next speaks. */
	forget(room: string, user: string): void;
	/** Everybody of ours leaves, the bot last. Does no harm when repeated. @throws {HomeserverError} */
	leaveAll(room: string): Promise<void>;
}

/** How many leave at the same time. */
const together = 8;
const pageSize = 500;

export function createMembers({ state }: Pick<BridgeHost, "state">, homeserver: Homeserver, names: Names): Members {
	const joined = new Map<string, Set<string>>();
	const pathOf = (room: string, action: string): string => `/rooms/${segment(room)}/${action}`;
	const prefixOf = (room: string): string => `joined:${room}/`;
	const isShut = (error: unknown): boolean =>
		error instanceof HomeserverError && (error.status === 403 || error.status === 404);

	async function leave(room: string, user: string): Promise<void> {
		try {
			await homeserver.request("POST", pathOf(room, "leave"), { as: user });
		} catch (error) {
			if (!isShut(error)) throw error;
		}
	}

	/** Those in the room whom the bot sees: also ghosts that nothing is remembered of. */
	async function seen(room: string): Promise<readonly string[]> {
		try {
			const { joined: members } = await homeserver.request("GET", pathOf(room, "joined_members"));
			return Object.keys(isRecord(members) ? members : {}).filter((user) => names.isOurs(user) && user !== names.bot);
		} catch (error) {
			// The bot was thrown out: what is remembered has to do.
			if (isShut(error)) return [];
			throw error;
		}
	}

	async function leaveTogether(room: string, users: readonly string[]): Promise<void> {
		for (let start = 0; start < users.length; start += together) {
			const some = users.slice(start, start + together);
			await Promise.all(some.map((user) => leave(room, user)));
			await Promise.all(some.map((user) => state.delete(prefixOf(room) + user)));
		}
	}

	return {
		async join(room, user) {
			const here = joined.get(room) ?? new Set<string>();
			if (here.has(user)) return;
			await state.setIfAbsent(prefixOf(room) + user, true);
			try {
				await homeserver.request("POST", `/join/${segment(room)}`, { as: user });
			} catch (error) {
				if (!isShut(error)) throw error;
				await homeserver.request("POST", pathOf(room, "invite"), { body: { user_id: user } });
				await homeserver.request("POST", `/join/${segment(room)}`, { as: user });
			}
			here.add(user);
			joined.set(room, here);
		},
		async joinBot(room) {
			try {
				await homeserver.request("POST", `/join/${segment(room)}`);
				return true;
			} catch (error) {
				if (isShut(error)) return false;
				throw error;
			}
		},
		async hasBot(room) {
			try {
				const { membership } = await homeserver.request(
					"GET",
					pathOf(room, `state/m.room.member/${segment(names.bot)}`),
				);
				return membership === "join";
			} catch (error) {
				if (isShut(error)) return false;
				throw error;
			}
		},
		forget: (room, user) => void joined.get(room)?.delete(user),
		async leaveAll(room) {
			joined.delete(room);
			await leaveTogether(room, await seen(room));
			for (;;) {
				const page = await state.list(prefixOf(room), { limit: pageSize });
				if (page.length === 0) break;
				await leaveTogether(
					room,
					page.map(({ key }) => key.slice(prefixOf(room).length)),
				);
			}
			await leave(room, names.bot);
		},
	};
}
