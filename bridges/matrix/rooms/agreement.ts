import type { BridgeHost } from "#bridge-kit";
import type { Names } from "../ids.ts";
import type { Power } from "./power.ts";

/** Enough to keep order in a room, and the sign that the room's people mean it. */
const botPower = 50;
/** How many people who said `link` are remembered until their power was looked at. */
const maxHeard = 20;

/** What was said for the link of a room. What has been agreed stays agreed until the bot is removed or the link ends. */
export interface Agreements {
	invited(room: string, by: string): Promise<void>;
	said(room: string, by: string): Promise<void>;
	/** The operator speaks for the room. */
	given(room: string): Promise<void>;
	/** The bot was thrown out: only an invitation or the operator brings it back. */
	removed(room: string): Promise<void>;
	/** The room has a successor: it is over for good. */
	replaced(room: string): Promise<void>;
	/** Whether nothing that is said in the room can bring the link about. */
	isOver(room: string): Promise<boolean>;
	/** What is missing yet; `undefined`: nothing, the room agrees. */
	missing(room: string, power: Power): Promise<string | undefined>;
	forget(room: string): Promise<void>;
}

interface Said {
	readonly invitedBy?: string;
	/** Who said `link`, their power not known yet. */
	readonly heard?: readonly string[];
	/** How the room agreed. An invitation holds as long as the bot has its power. */
	readonly agreed?: "invitation" | "word" | "operator";
	readonly over?: "removed" | "replaced";
}

export function createAgreements(state: BridgeHost["state"], names: Names): Agreements {
	const keyOf = (room: string): string => `consent:${room}`;
	const read = async (room: string): Promise<Said> => ((await state.get(keyOf(room))) ?? {}) as Said;
	const write = (room: string, said: Said): Promise<void> => state.set(keyOf(room), said);
	let last: Promise<unknown> = Promise.resolve();
	/** One after the other, so that none overwrites what another has just kept. */
	function inTurn<T>(change: () => Promise<T>): Promise<T> {
		const turn = last.then(change, change);
		last = turn.catch(() => {});
		return turn;
	}

	return {
		invited: (room, by) =>
			inTurn(async () => {
				const { over: _over, ...said } = await read(room);
				await write(room, { ...said, invitedBy: by });
			}),
		said: (room, by) =>
			inTurn(async () => {
				const said = await read(room);
				if (said.over !== undefined || said.heard?.includes(by)) return;
				await write(room, { ...said, heard: [...(said.heard ?? []), by].slice(-maxHeard) });
			}),
		given: (room) => inTurn(() => write(room, { agreed: "operator" })),
		removed: (room) => inTurn(() => write(room, { over: "removed" })),
		replaced: (room) => inTurn(() => write(room, { over: "replaced" })),
		isOver: async (room) => (await read(room)).over !== undefined,
		missing: (room, power) =>
			inTurn(async () => {
				const before = await read(room);
				const { heard: _heard, agreed: _agreed, ...said } = before;
				const agreed = agreementOf(before, power, names.bot);
				if (agreed !== before.agreed || before.heard !== undefined)
					await write(room, agreed === undefined ? said : { ...said, agreed });
				return agreed === undefined ? wanted : undefined;
			}),
		forget: (room) => inTurn(() => state.delete(keyOf(room))),
	};
}

const wanted = `somebody who may change the room's power levels invites the bot and gives it power ${botPower}, or says "link" in the room`;

function agreementOf({ agreed, heard = [], invitedBy }: Said, power: Power, bot: string): Said["agreed"] {
	if (agreed === "operator" || agreed === "word") return agreed;
	if (heard.some(power.mayChangePower)) return "word";
	if (power.of(bot) < botPower) return undefined;
	if (agreed === "invitation") return agreed;
	return invitedBy !== undefined && power.mayChangePower(invitedBy) ? "invitation" : undefined;
}
