import { BoundedMap, type BridgeHost } from "#bridge-kit";
import { type Homeserver, isRefusal, segment } from "../homeserver.ts";
import type { Names } from "../ids.ts";
import type { MatrixEvent } from "../incoming/event.ts";

type Removal = "kick" | "ban";

/** The ghosts that the people of a room have kicked or banned. They do not come back until they are invited, or the ban is lifted. */
export interface RemovedGhosts {
	/** Stores what a membership event means for a ghost. Resolves when that is durable; `undefined`: it means nothing. */
	watch(event: MatrixEvent): Promise<void> | undefined;
	has(room: string, user: string): Promise<boolean>;
	/** Asks the homeserver whether a ghost was removed, after a refusal: the event may still be on its way. @throws {HomeserverError} */
	check(room: string, user: string): Promise<boolean>;
}

const pageSize = 500;
const maxRooms = 1_000;

export function createRemovedGhosts(
	{ state }: Pick<BridgeHost, "state">,
	homeserver: Homeserver,
	names: Names,
): RemovedGhosts {
	const prefixOf = (room: string): string => `removed:${room}/`;
	/** The removed ghosts of each room, as they are stored. */
	const known = new BoundedMap<string, Promise<Map<string, Removal>>>(maxRooms);

	function removedFrom(room: string): Promise<Map<string, Removal>> {
		const found = known.get(room) ?? load(room);
		known.set(room, found);
		found.catch(() => known.delete(room));
		return found;
	}

	async function load(room: string): Promise<Map<string, Removal>> {
		const removed = new Map<string, Removal>();
		const prefix = prefixOf(room);
		for (let after: string | undefined; ; ) {
			const page = await state.list(prefix, { limit: pageSize, ...(after === undefined ? {} : { after }) });
			for (const { key, value } of page) removed.set(key.slice(prefix.length), value as Removal);
			after = page.at(-1)?.key;
			if (page.length < pageSize) return removed;
		}
	}

	async function remember(room: string, user: string, removal: Removal): Promise<void> {
		await state.set(prefixOf(room) + user, removal);
		(await removedFrom(room)).set(user, removal);
	}

	async function forget(room: string, user: string): Promise<void> {
		const removed = await removedFrom(room);
		if (!removed.has(user)) return;
		await state.delete(prefixOf(room) + user);
		removed.delete(user);
	}

	async function note(room: string, user: string, membership: unknown, sender: unknown): Promise<void> {
		if (membership === "ban") return remember(room, user, "ban");
		// The bot's own invitations are no permission of the room's people.
		if (membership === "invite") return sender === names.bot ? undefined : forget(room, user);
		if (membership !== "leave" || sender === user || sender === names.bot) return;
		// Lifting a ban is a `leave`, too.
		if ((await removedFrom(room)).get(user) === "ban") return forget(room, user);
		return remember(room, user, "kick");
	}

	return {
		watch({ type, room_id: room, sender, state_key: user, content }) {
			if (type !== "m.room.member" || user === undefined || user === names.bot || !names.isOurs(user)) return undefined;
			return note(room, user, content.membership, sender);
		},
		has: async (room, user) => (await removedFrom(room)).has(user),
		async check(room, user) {
			try {
				const path = `/rooms/${segment(room)}/state/m.room.member/${segment(user)}`;
				const { content, sender } = await homeserver.request("GET", path, { query: { format: "event" } });
				const { membership } = (content ?? {}) as { membership?: unknown };
				if (membership === "ban") await remember(room, user, "ban");
				if (membership === "leave" && typeof sender === "string" && ![user, names.bot].includes(sender))
					await remember(room, user, "kick");
			} catch (error) {
				// A ghost that was never in the room has no membership.
				if (!isRefusal(error)) throw error;
			}
			return (await removedFrom(room)).has(user);
		},
	};
}
