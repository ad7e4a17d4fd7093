import type { BridgeHost, LinkedRoom } from "#bridge-kit";
import type { Power } from "./power.ts";

/** The power that an invitation had to give to the bot in earlier versions. */
const invitedPower = 50;
/** How many answers to one link are remembered until the power of their senders has been checked. */
const maxHeard = 20;
/**
 * How many links are announced in a room before one of its users answers. Others wait silently until a user names their code, so that
 * a room can't be flooded with questions by making links and ending them again.
 */
const maxAnnounced = 5;
/** How many events of a room are remembered that had a meaning for its links. */
const maxSeen = 50;

/** What a room was told about a link and has answered. */
export interface Agreement {
	/** The room was told who asks, what, and what it means. Only answers after that count. */
	readonly announced?: true;
	/** The answers `link CODE` of users whose power has not been checked yet. */
	readonly heard?: readonly Answer[];
	/** How the room has agreed. `invitation` is from earlier versions and counts as long as the bot has its power. */
	readonly agreed?: "answer" | "invitation" | "operator";
}

/** A user's answer to a link. */
export interface Answer {
	readonly by: string;
	/** The user also agrees that moderators of each side remove messages of the other. */
	readonly shared: boolean;
}

interface StoredRoom {
	/** The inviter of the bot, as long as the invitation or the bot's membership lasts. */
	readonly invitedBy?: string;
	/** How often the bot was removed; what it says after its return differs by this number. */
	readonly removals?: number;
	readonly links?: Readonly<Record<string, Agreement>>;
	/** The last events that had a meaning: a homeserver may send one again, which must not undo what came after it. */
	readonly seen?: readonly string[];
	/** How many links were announced since the room last agreed to one. */
	readonly asked?: number;
	/** Why the room can't be linked to anything, as it was told. */
	readonly refused?: string;
	/** Consent of the room as such, stored by an earlier version: it was given to the only link that there was. */
	readonly agreed?: Agreement["agreed"];
}

type LinkId = LinkedRoom["id"];

/**
 * How rooms have consented to their links (wire.md, "Bridges"). Consent belongs to one link, and lasts until the bot is removed or the
 * link ends.
 */
export interface Agreements {
	/** @param event the event that says so, which counts once */
	invited(room: string, by: string, event: string): Promise<void>;
	/** Whether an invitation of the bot was received that was not withdrawn since. */
	isInvited(room: string): Promise<boolean>;
	/** A user has answered a link. It counts only if the link was announced before. @param event the answer, which counts once */
	answered(room: string, link: LinkId, answer: Answer, event: string): Promise<void>;
	/** The operator consents on behalf of the room. */
	operatorAgreed(room: string, link: LinkId): Promise<void>;
	announced(room: string, link: LinkId): Promise<void>;
	/** The room has answered a link: the answers are settled, and it agrees or does not. */
	settled(room: string, link: LinkId, agreed: boolean): Promise<void>;
	/** The room was told why it can't be linked to anything. */
	refused(room: string, reason: string): Promise<void>;
	/** The bot was removed: all consent ends. Resolves with whether that was news. @param event the event that says so, if there is one */
	botRemoved(room: string, event?: string): Promise<boolean>;
	/** How often the bot was removed. */
	removals(room: string): Promise<number>;
	/** What is stored about a room's open links. */
	of(room: string, links: readonly LinkedRoom[]): Promise<RoomAgreements>;
	/** A link has ended. */
	forget(room: string, link: LinkId): Promise<void>;
	/** The last link of a room has ended. */
	forgetRoom(room: string): Promise<void>;
}

/** What is stored about the links of one room. */
export interface RoomAgreements {
	readonly links: ReadonlyMap<LinkId, Agreement>;
	readonly removals: number;
	/** Why the room can't be linked to anything, if it was told so. */
	readonly refused: string | undefined;
	/** How many further links may be announced. */
	readonly announceable: number;
}

export function createAgreements(state: BridgeHost["state"]): Agreements {
	const keyOf = (room: string): string => `consent:${room}`;
	const read = async (room: string): Promise<StoredRoom> => ((await state.get(keyOf(room))) ?? {}) as StoredRoom;
	let last: Promise<unknown> = Promise.resolve();

	/** Changes are made one after the other, so that none overwrites another. */
	function inTurn<T>(work: () => Promise<T>): Promise<T> {
		const turn = last.then(work);
		last = turn.catch(() => {});
		return turn;
	}
	const change = (room: string, next: (stored: StoredRoom) => StoredRoom): Promise<void> =>
		inTurn(async () => {
			await state.set(keyOf(room), next(await read(room)));
		});
	/** Makes a change because of an event, unless that has been made before. Resolves with whether it was made now. */
	const changeOnce = (room: string, event: string, next: (stored: StoredRoom) => StoredRoom): Promise<boolean> =>
		inTurn(async () => {
			const stored = await read(room);
			const { seen = [] } = stored;
			if (seen.includes(event)) return false;
			await state.set(keyOf(room), { ...next(stored), seen: [...seen, event].slice(-maxSeen) });
			return true;
		});
	const changeLink = (room: string, link: LinkId, next: (agreement: Agreement) => Agreement): Promise<void> =>
		change(room, (stored) => ({ ...stored, links: { ...stored.links, [link]: next(stored.links?.[link] ?? {}) } }));

	return {
		async invited(room, by, event) {
			await changeOnce(room, event, (stored) => ({ ...stored, invitedBy: by }));
		},
		isInvited: async (room) => (await read(room)).invitedBy !== undefined,
		async answered(room, link, answer, event) {
			await changeOnce(room, event, (stored) => {
				const { heard = [], ...rest } = stored.links?.[link] ?? {};
				const others = heard.filter(({ by }) => by !== answer.by);
				const answered = { ...rest, heard: [...others, answer].slice(-maxHeard) };
				return { ...stored, links: { ...stored.links, [link]: answered } };
			});
		},
		operatorAgreed: (room, link) => changeLink(room, link, () => ({ agreed: "operator" })),
		async announced(room, link) {
			// Earlier answers don't count, but the operator may have agreed while the room was being asked.
			await changeLink(room, link, ({ agreed }) => ({ announced: true, ...(agreed === undefined ? {} : { agreed }) }));
			await change(room, ({ asked = 0, ...stored }) => ({ ...stored, asked: asked + 1 }));
		},
		async settled(room, link, agreed) {
			await changeLink(room, link, ({ announced }) => ({
				...(announced === undefined ? {} : { announced }),
				...(agreed ? { agreed: "answer" as const } : {}),
			}));
			if (agreed) await change(room, ({ asked: _asked, ...stored }) => stored);
		},
		refused: (room, reason) => change(room, (stored) => ({ ...stored, refused: reason })),
		async botRemoved(room, event) {
			const removed = ({ removals = 0, seen = [] }: StoredRoom): StoredRoom => ({ removals: removals + 1, seen });
			if (event !== undefined) return changeOnce(room, event, removed);
			await change(room, removed);
			return true;
		},
		removals: async (room) => (await read(room)).removals ?? 0,
		async of(room, links) {
			if ((await read(room)).agreed !== undefined) await change(room, (stored) => attributed(stored, links));
			const { links: known = {}, removals = 0, asked = 0, refused } = await read(room);
			const open = links.flatMap(({ id }) => (known[id] === undefined ? [] : [[id, known[id]] as const]));
			return { links: new Map(open), removals, refused, announceable: maxAnnounced - asked };
		},
		forget: (room, link) =>
			change(room, (stored) => {
				const { [link]: _ended, ...links } = stored.links ?? {};
				return { ...stored, links };
			}),
		forgetRoom: (room) => inTurn(() => state.delete(keyOf(room))),
	};
}

/** Attributes the consent that an earlier version stored for the room to the oldest link, which was the only one then. */
function attributed({ agreed, ...stored }: StoredRoom, links: readonly LinkedRoom[]): StoredRoom {
	// Ids begin with the time at which they were made.
	const [oldest] = links.toSorted((a, b) => (a.id < b.id ? -1 : 1));
	const { invitedBy, removals, seen, links: known } = stored;
	const kept = {
		...(invitedBy === undefined ? {} : { invitedBy }),
		...(removals === undefined ? {} : { removals }),
		...(seen === undefined ? {} : { seen }),
	};
	if (oldest === undefined || agreed === undefined) return { ...kept, links: { ...known } };
	return { ...kept, links: { ...known, [oldest.id]: { agreed } } };
}

/** The answer to a link by a user who may give it; `undefined`: there is none. */
export const decisiveAnswer = ({ heard = [] }: Agreement, power: Power): Answer | undefined =>
	heard.findLast(({ by }) => power.mayChangePower(by));

/** Whether a room agrees to a link now. */
export const isAgreed = ({ agreed }: Agreement, power: Power, bot: string): boolean =>
	agreed === "invitation" ? power.of(bot) >= invitedPower : agreed !== undefined;
