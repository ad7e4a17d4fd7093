import { type BridgeHost, isWithin, type LinkedRoom, type Received, type RemoteEvent } from "#bridge-kit";
import { type Homeserver, isRefusal, segment } from "../homeserver.ts";
import { type Names, transactionId } from "../ids.ts";
import { isRecord, type MatrixEvent } from "../incoming/event.ts";
import type { People } from "../people.ts";

/** How many users are received together, and how many members of a channel are read together. */
const batch = 100;
/** How many users wait to be looked up at most; others keep the name of their id until they change it. */
const maxWaiting = 1_000;
/** An event that is older than this when it arrives may not be the newest of its user, in milliseconds. */
const lateMs = 5 * 60_000;
/** After the homeserver did not answer such a question, no other is asked for this time, in milliseconds. */
const pauseMs = 60_000;

/**
 * The users of linked rooms and their names, read from the rooms' own state at our homeserver: never from the servers of the users,
 * which may be slow, and never while a transaction waits.
 */
export interface RoomMembers {
	/** A link becomes active: its users have to be imported (again). Durable when it resolves. */
	due(room: string): Promise<void>;
	/** Imports the users of rooms whose import is due, in the background; also those of rooms where it failed before. */
	importSoon(rooms: Iterable<string>): void;
	/** Looks up the names of users who spoke in a room, in the background. */
	nameSoon(room: string, users: Iterable<string>): void;
	/**
	 * Notes what became of a membership event. If it has changed nothing, came late, or has a name that may be an older one, the user's
	 * membership is read from the room's state, in the background: what their homeservers' clocks say about the order of two events may be
	 * wrong.
	 */
	noteOutcome(event: MatrixEvent, received: Received): void;
	/** A room has no active link any more. */
	forget(room: string): Promise<void>;
}

export interface RoomMembersParts {
	readonly host: Pick<BridgeHost, "clock" | "logger" | "people" | "portals" | "receive" | "state">;
	readonly homeserver: Homeserver;
	readonly names: Names;
	readonly people: People;
	readonly signal: AbortSignal;
}

export function createRoomMembers({ host, homeserver, names, people, signal }: RoomMembersParts): RoomMembers {
	const keyOf = (room: string): string => `members:${room}`;
	const importing = new Set<string>();
	const failed = new Set<string>();
	const looking = new Set<string>();
	let pausedAt = 0;
	const isPaused = (): boolean => isWithin(pausedAt, host.clock.now(), pauseMs);
	let last: Promise<unknown> = Promise.resolve();

	/** One thing at a time, so that a large room does not take the homeserver's or the store's time from messages. */
	function later(room: string, what: string, work: () => Promise<void>, onFailure: (error: unknown) => void): void {
		last = last.then(async () => {
			if (signal.aborted) return;
			try {
				await work();
			} catch (error) {
				onFailure(error);
				host.logger.info({ err: error, room }, what);
			}
		});
	}

	async function activeLink(room: string): Promise<LinkedRoom | undefined> {
		const link = await host.portals.byRoom(room);
		return link?.state === "active" && !signal.aborted ? link : undefined;
	}

	/** The users in a room, without our own, with their display names there. */
	async function usersIn(room: string): Promise<ReadonlyMap<string, unknown>> {
		const { joined } = await homeserver.request("GET", `/rooms/${segment(room)}/joined_members`);
		const all = Object.entries(isRecord(joined) ? joined : {}).filter(([user]) => user.startsWith("@"));
		return new Map(
			all
				.filter(([user]) => !names.isOurs(user))
				.map(([user, member]) => [user, isRecord(member) ? member.display_name : undefined]),
		);
	}

	/** Makes the users of a room members of the channel, and ends the memberships of those who are not in it any more. */
	async function importMembers(room: string): Promise<void> {
		if ((await host.state.get(keyOf(room))) !== undefined || (await activeLink(room)) === undefined) return;
		const began = host.clock.now();
		const users = await usersIn(room);
		for (const [user, name] of users) people.setName(user, name);
		for (const some of inBatches([...users.keys()])) {
			if ((await activeLink(room)) === undefined) return;
			await host.receive(some.map((user) => change("join", room, user, began)));
		}
		const link = await activeLink(room);
		if (link === undefined) return;
		// Read again, since users may have left while others were imported.
		const present = await usersIn(room);
		for (let after: string | undefined; ; ) {
			const page = await host.people.members(link.channel, { limit: batch, ...(after === undefined ? {} : { after }) });
			const gone = page.items.flatMap(({ origin }) =>
				origin?.bridge === link.bridge && !present.has(origin.id) ? [origin.id] : [],
			);
			await people.recallNames(gone);
			if (gone.length > 0) await host.receive(gone.map((user) => change("leave", room, user, began)));
			after = page.next;
			if (after === undefined) break;
		}
		await host.state.set(keyOf(room), host.clock.now());
	}

	/** @param at when the room's state was read: what happened before that is in it */
	const change = (kind: "join" | "leave", room: string, user: string, at: number): RemoteEvent => ({
		kind,
		id: transactionId("member", kind, room, user, String(at)),
		sender: people.of(user),
		at,
		raw: undefined,
		target: { kind: "room", room },
	});

	async function lookUp(room: string, user: string, withMembership: boolean): Promise<void> {
		const path = `/rooms/${segment(room)}/state/m.room.member/${segment(user)}`;
		const before = people.of(user);
		const now = host.clock.now();
		const { displayname, membership } = await homeserver.request("GET", path);
		if (membership === undefined || membership === "join") people.setName(user, displayname);
		if ((await activeLink(room)) === undefined) return;
		const sender = people.of(user);
		if (sender !== before)
			await host.receive([{ kind: "profile", id: transactionId("name", user, String(now)), sender, raw: undefined }]);
		if (!withMembership) return;
		if (membership === "join") await host.receive([change("join", room, user, now)]);
		if (membership === "leave" || membership === "ban") await host.receive([change("leave", room, user, now)]);
	}

	function lookUpSoon(room: string, users: Iterable<string>, withMembership: boolean): void {
		if (isPaused()) return;
		for (const user of users) {
			const key = `${room} ${user} ${withMembership}`;
			if (looking.has(key) || looking.size >= maxWaiting) continue;
			looking.add(key);
			const work = async (): Promise<void> => {
				looking.delete(key);
				if (!isPaused()) await lookUp(room, user, withMembership);
			};
			later(room, "The membership of a user could not be read", work, (error) => {
				if (!isRefusal(error)) pausedAt = host.clock.now();
				// A user without a visible name is shown by their id, and not asked about again.
				else if (!withMembership) people.setName(user, undefined);
			});
		}
	}

	return {
		due: (room) => host.state.delete(keyOf(room)),
		importSoon(rooms) {
			for (const room of new Set([...rooms, ...failed])) {
				if (importing.has(room)) continue;
				importing.add(room);
				failed.delete(room);
				const work = async (): Promise<void> => {
					importing.delete(room);
					await importMembers(room);
				};
				later(room, "The members of a room could not be imported; they are imported later", work, (error) => {
					if (!isRefusal(error)) failed.add(room);
				});
			}
		},
		nameSoon: (room, users) => lookUpSoon(room, users, false),
		noteOutcome({ type, room_id: room, state_key: user, origin_server_ts: at = 0 }, { status }) {
			if (type !== "m.room.member" || user === undefined) return;
			const isLate = at < host.clock.now() - lateMs;
			if (status !== "accepted" || isLate || people.isDoubtful(user)) lookUpSoon(room, [user], true);
		},
		forget: (room) => host.state.delete(keyOf(room)),
	};
}

function* inBatches(users: readonly string[]): Generator<readonly string[]> {
	for (let start = 0; start < users.length; start += batch) yield users.slice(start, start + batch);
}
