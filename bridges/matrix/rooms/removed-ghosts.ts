import { BoundedMap, type BridgeHost } from "#bridge-kit";
import { type Homeserver, HomeserverError, isRefusal, segment } from "../homeserver.ts";
import type { Names } from "../ids.ts";
import type { MatrixEvent } from "../incoming/event.ts";
import type { People } from "../people.ts";

/** What the room's people did last to a ghost that they removed once. `lifted`: they have let it come back. */
interface Removal {
	readonly is: "kick" | "ban" | "lifted";
	/** When they did it, by their homeserver's clock; absent in what earlier versions have stored. */
	readonly at?: number;
}
/** What earlier versions have stored. */
type StoredRemoval = Removal | "kick" | "ban";

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
	host: Pick<BridgeHost, "clock" | "people" | "receive" | "state">,
	homeserver: Homeserver,
	names: Names,
	people: People,
): RemovedGhosts {
	const { clock, state } = host;
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
			for (const { key, value } of page) removed.set(key.slice(prefix.length), removalOf(value as StoredRemoval));
			after = page.at(-1)?.key;
			if (page.length < pageSize) return removed;
		}
	}

	async function remember(room: string, user: string, removal: Removal): Promise<void> {
		await state.set(prefixOf(room) + user, removal);
		(await removedFrom(room)).set(user, removal);
	}

	async function note(event: MatrixEvent): Promise<void> {
		const { room_id: room, state_key: user = "", sender, content, origin_server_ts } = event;
		const before = (await removedFrom(room)).get(user);
		const at = origin_server_ts ?? clock.now();
		// A homeserver may send an event again, and an older one late; but two homeservers' clocks may differ.
		const mayBeOld = before?.at !== undefined && at <= before.at;
		if (mayBeOld && !(await isCurrent(event, user))) return;
		const next = meaningOf(content.membership, before?.is, sender === user || sender === names.bot);
		if (next === undefined) return;
		await remember(room, user, { is: next, at: Math.max(at, before?.at ?? 0) });
		if (next !== "lifted") await tell(event, next);
	}

	/** Whether an event is what the room's state has about its ghost now. */
	async function isCurrent({ event_id: id, room_id: room }: MatrixEvent, user: string): Promise<boolean> {
		try {
			return (await membershipOf(room, user)).event_id === id;
		} catch (error) {
			if (error instanceof HomeserverError) return false;
			throw error;
		}
	}

	const membershipOf = (room: string, user: string) =>
		homeserver.request("GET", `/rooms/${segment(room)}/state/m.room.member/${segment(user)}`, {
			query: { format: "event" },
			timeoutMs: 10_000,
		});

	/** Has the person told whom the ghost stands for. The core tells them once of each event. */
	async function tell(
		{ event_id: id, room_id: room, sender, state_key: ghost = "", content }: MatrixEvent,
		is: "kick" | "ban",
	) {
		const owner = names.ownerOf(ghost);
		const account = owner === undefined ? undefined : await host.people.byHandle(owner.handle, owner.domain);
		if (account === undefined) return;
		const { reason } = content;
		await people.recallNames([sender]);
		await host.receive([
			{
				kind: "expulsion",
				id,
				isUnique: true,
				sender: people.of(sender),
				raw: undefined,
				account: account.id,
				room,
				ban: is === "ban",
				...(typeof reason === "string" ? { reason } : {}),
			},
		]);
	}

	const has = async (room: string, user: string): Promise<boolean> => isOut((await removedFrom(room)).get(user));

	return {
		watch(event) {
			const { type, state_key: user } = event;
			if (type !== "m.room.member" || user === undefined || user === names.bot || !names.isOurs(user)) return undefined;
			return note(event);
		},
		has,
		async check(room, user) {
			try {
				const { content, sender, origin_server_ts: at } = await membershipOf(room, user);
				const { membership } = (content ?? {}) as { membership?: unknown };
				const isByOthers = typeof sender === "string" && ![user, names.bot].includes(sender);
				if (membership === "ban" || (membership === "leave" && isByOthers))
					await remember(room, user, {
						is: membership === "ban" ? "ban" : "kick",
						at: typeof at === "number" ? at : clock.now(),
					});
			} catch (error) {
				// A ghost that was never in the room has no membership.
				if (!isRefusal(error)) throw error;
			}
			return has(room, user);
		},
	};
}

const removalOf = (stored: StoredRemoval): Removal => (typeof stored === "string" ? { is: stored } : stored);

const isOut = (removal: Removal | undefined): boolean => removal !== undefined && removal.is !== "lifted";

/**
 * What a membership event means for a ghost; `undefined`: nothing.
 *
 * @param byUs whether the ghost itself or the bot has caused it: the bot's own invitations are no permission of the room's people
 */
function meaningOf(membership: unknown, before: Removal["is"] | undefined, byUs: boolean): Removal["is"] | undefined {
	if (membership === "ban") return "ban";
	if (byUs) return undefined;
	if (membership === "invite") return "lifted";
	if (membership !== "leave") return undefined;
	// Lifting a ban is a `leave`, too.
	return before === "ban" ? "lifted" : "kick";
}
