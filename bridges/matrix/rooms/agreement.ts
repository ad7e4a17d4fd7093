import type { BridgeHost } from "#bridge-kit";
import type { Names } from "../ids.ts";
import type { Power } from "./power.ts";

/** The power to redact messages; giving it to the bot is the room's consent. */
const botPower = 50;
/** How many users who said `link` are remembered until their power has been checked. */
const maxHeard = 20;

/** How a room has consented to its link. Consent lasts until the bot is removed or the link ends. */
export interface Agreements {
	invited(room: string, by: string): Promise<void>;
	linkSaid(room: string, by: string): Promise<void>;
	/** The operator consents for the room. */
	operatorAgreed(room: string): Promise<void>;
	/** The bot was removed: only an invitation or the operator can bring it back. */
	botRemoved(room: string): Promise<void>;
	/** The room was replaced: this can't be undone. */
	replaced(room: string): Promise<void>;
	/** Whether consent was revoked, so that `link` in the room has no effect. */
	isRevoked(room: string): Promise<boolean>;
	/** What is still missing; `undefined`: the room has consented. */
	missing(room: string, power: Power): Promise<string | undefined>;
	forget(room: string): Promise<void>;
}

interface StoredAgreement {
	readonly invitedBy?: string;
	/** Users who said `link`, whose power has not been checked yet. */
	readonly heard?: readonly string[];
	/** How the room consented. An invitation counts as long as the bot has its power. */
	readonly agreed?: "invitation" | "word" | "operator";
	readonly over?: "removed" | "replaced";
}

export function createAgreements(state: BridgeHost["state"], names: Names): Agreements {
	const keyOf = (room: string): string => `consent:${room}`;
	const read = async (room: string): Promise<StoredAgreement> =>
		((await state.get(keyOf(room))) ?? {}) as StoredAgreement;
	const write = (room: string, stored: StoredAgreement): Promise<void> => state.set(keyOf(room), stored);
	let last: Promise<unknown> = Promise.resolve();
	/** Changes are made one after the other, so that none overwrites another. */
	function inTurn<T>(change: () => Promise<T>): Promise<T> {
		const turn = last.then(change, change);
		last = turn.catch(() => {});
		return turn;
	}

	return {
		invited: (room, by) =>
			inTurn(async () => {
				const { over: _over, ...stored } = await read(room);
				await write(room, { ...stored, invitedBy: by });
			}),
		linkSaid: (room, by) =>
			inTurn(async () => {
				const stored = await read(room);
				if (stored.over !== undefined || stored.heard?.includes(by)) return;
				await write(room, { ...stored, heard: [...(stored.heard ?? []), by].slice(-maxHeard) });
			}),
		operatorAgreed: (room) => inTurn(() => write(room, { agreed: "operator" })),
		botRemoved: (room) => inTurn(() => write(room, { over: "removed" })),
		replaced: (room) => inTurn(() => write(room, { over: "replaced" })),
		isRevoked: async (room) => (await read(room)).over !== undefined,
		missing: (room, power) =>
			inTurn(async () => {
				const before = await read(room);
				const { heard: _heard, agreed: _agreed, ...stored } = before;
				const agreed = agreementOf(before, power, names.bot);
				if (agreed !== before.agreed || before.heard !== undefined)
					await write(room, agreed === undefined ? stored : { ...stored, agreed });
				return agreed === undefined ? howToAgree : undefined;
			}),
		forget: (room) => inTurn(() => state.delete(keyOf(room))),
	};
}

const howToAgree = `a user who may change the room's power levels has to invite the bot and give it power ${botPower}, or say "link" in the room`;

function agreementOf(
	{ agreed, heard = [], invitedBy }: StoredAgreement,
	power: Power,
	bot: string,
): StoredAgreement["agreed"] {
	if (agreed === "operator" || agreed === "word") return agreed;
	if (heard.some(power.mayChangePower)) return "word";
	if (power.of(bot) < botPower) return undefined;
	if (agreed === "invitation") return agreed;
	return invitedBy !== undefined && power.mayChangePower(invitedBy) ? "invitation" : undefined;
}
