import type { BridgeHost } from "#bridge-kit";
import { type Homeserver, HomeserverError, isRefusal, segment } from "../homeserver.ts";
import type { Names } from "../ids.ts";
import { isRecord } from "../incoming/event.ts";

/** Which of our ghosts are in which room. */
export interface Members {
	/**
	 * Makes a ghost join a room, with an invitation by the bot if it needs one.
	 *
	 * @param mayReturn asked before a ghost is invited that was in the room before
	 * @throws {HomeserverError}
	 */
	join(room: string, user: string, mayReturn: () => Promise<boolean>): Promise<void>;
	/** Whether a ghost is known to be in a room, without asking anyone. */
	isKnown(room: string, user: string): boolean;
	/** Whether a ghost has joined a room and not left it by itself. */
	has(room: string, user: string): Promise<boolean>;
	/** Makes the bot join a room; `false`: it may not, and is not invited. @throws {HomeserverError} the homeserver can't tell now */
	joinBot(room: string): Promise<boolean>;
	/** Whether the bot is in a room. @throws {HomeserverError} the homeserver can't tell now */
	hasBot(room: string): Promise<boolean>;
	/** A ghost leaves a room, if it is in it. @throws {HomeserverError} the homeserver can't tell now */
	leave(room: string, user: string): Promise<void>;
	/** Whether the bot is invited to a room; `undefined`: the homeserver does not say. @throws {HomeserverError} it can't tell now */
	isInvited(room: string): Promise<boolean | undefined>;
	/** A ghost may have been removed: it joins again before its next message. */
	forget(room: string, user: string): void;
	/** All our ghosts leave a room. Can be repeated. @throws {HomeserverError} */
	ghostsLeave(room: string): Promise<void>;
	/** The bot leaves a room, or declines its invitation. Can be repeated. @throws {HomeserverError} */
	botLeaves(room: string): Promise<void>;
}

/** How many ghosts leave at the same time. */
const parallelLeaves = 8;
const pageSize = 500;

export function createMembers({ state }: Pick<BridgeHost, "state">, homeserver: Homeserver, names: Names): Members {
	const joined = new Map<string, Set<string>>();
	const joining = new Map<string, Promise<void>>();
	const pathOf = (room: string, action: string): string => `/rooms/${segment(room)}/${action}`;
	const prefixOf = (room: string): string => `joined:${room}/`;
	const isRefusedEntry = (error: unknown): boolean =>
		error instanceof HomeserverError && (error.status === 403 || error.status === 404);

	const has = async (room: string, user: string): Promise<boolean> =>
		(await state.get(prefixOf(room) + user)) !== undefined;

	async function leave(room: string, user: string): Promise<void> {
		try {
			await homeserver.request("POST", pathOf(room, "leave"), { as: user });
		} catch (error) {
			if (!isRefusedEntry(error)) throw error;
		}
	}

	async function leaveAndForget(room: string, user: string): Promise<void> {
		joined.get(room)?.delete(user);
		await leave(room, user);
		await state.delete(prefixOf(room) + user);
	}

	/** Our ghosts in a room as the bot sees it, including ones that are not in our state. */
	async function joinedGhosts(room: string): Promise<readonly string[]> {
		try {
			const { joined: members } = await homeserver.request("GET", pathOf(room, "joined_members"));
			return Object.keys(isRecord(members) ? members : {}).filter((user) => names.isOurs(user) && user !== names.bot);
		} catch (error) {
			// The bot was removed: only the ghosts in our state are known.
			if (isRefusedEntry(error)) return [];
			throw error;
		}
	}

	async function leaveInParallel(room: string, users: readonly string[]): Promise<void> {
		for (let start = 0; start < users.length; start += parallelLeaves) {
			const some = users.slice(start, start + parallelLeaves);
			await Promise.all(some.map((user) => leaveAndForget(room, user)));
		}
	}

	async function join(room: string, user: string, mayReturn: () => Promise<boolean>): Promise<void> {
		const wasHere = await has(room, user);
		if (!wasHere) await state.set(prefixOf(room) + user, true);
		try {
			await homeserver.request("POST", `/join/${segment(room)}`, { as: user });
		} catch (error) {
			if (!isRefusedEntry(error) || (wasHere && !(await mayReturn()))) throw error;
			await homeserver.request("POST", pathOf(room, "invite"), { body: { user_id: user } });
			await homeserver.request("POST", `/join/${segment(room)}`, { as: user });
		}
		const here = joined.get(room) ?? new Set<string>();
		joined.set(room, here.add(user));
	}

	return {
		async join(room, user, mayReturn) {
			if (joined.get(room)?.has(user) === true) return;
			const key = `${room} ${user}`;
			const busy = joining.get(key) ?? join(room, user, mayReturn).finally(() => joining.delete(key));
			joining.set(key, busy);
			await busy;
		},
		isKnown: (room, user) => joined.get(room)?.has(user) === true,
		has,
		async joinBot(room) {
			try {
				await homeserver.request("POST", `/join/${segment(room)}`);
				return true;
			} catch (error) {
				if (isRefusedEntry(error)) return false;
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
				if (isRefusedEntry(error)) return false;
				throw error;
			}
		},
		leave: leaveAndForget,
		async isInvited(room) {
			try {
				const { membership } = await homeserver.request("GET", `/room_summary/${segment(room)}`, { version: "v1" });
				return typeof membership === "string" ? membership === "invite" : undefined;
			} catch (error) {
				// A homeserver that knows the endpoint hides rooms that the bot may not see.
				if (error instanceof HomeserverError && error.errcode === "M_NOT_FOUND") return false;
				// Others do not know it (Matrix v1.15).
				if (isRefusal(error)) return undefined;
				throw error;
			}
		},
		forget: (room, user) => void joined.get(room)?.delete(user),
		async ghostsLeave(room) {
			joined.delete(room);
			await leaveInParallel(room, await joinedGhosts(room));
			for (;;) {
				const page = await state.list(prefixOf(room), { limit: pageSize });
				if (page.length === 0) break;
				await leaveInParallel(
					room,
					page.map(({ key }) => key.slice(prefixOf(room).length)),
				);
			}
		},
		botLeaves: (room) => leave(room, names.bot),
	};
}
