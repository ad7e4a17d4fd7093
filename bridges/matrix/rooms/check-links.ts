import type { BridgeHost, LinkedRoom } from "#bridge-kit";
import type { Homeserver } from "../homeserver.ts";
import { type Agreement, type Agreements, type Answer, decisiveAnswer, isAgreed } from "./agreement.ts";
import { activationOf, interruptionOf, occupied, questionOf, refusalOf } from "./link-texts.ts";
import type { Members } from "./members.ts";
import type { Notices } from "./notices.ts";
import { isUnfit, muteness, obstacleTo } from "./obstacles.ts";
import type { Report } from "./report.ts";
import { type RoomState, readRoom } from "./room-state.ts";

export interface CheckLinksParts {
	readonly host: Pick<BridgeHost, "clock" | "portals">;
	readonly homeserver: Homeserver;
	readonly bot: string;
	readonly members: Members;
	readonly agreements: Agreements;
	readonly notices: Notices;
	readonly report: Report;
	readonly botRemoved: (room: string) => Promise<void>;
	/** Called before a link becomes active. @throws {HomeserverError} */
	readonly begin: (link: LinkedRoom) => Promise<void>;
	/** Called after a link has become active. @throws {HomeserverError} */
	readonly onActive: (link: LinkedRoom) => Promise<void>;
}

/** A room that is being checked. */
interface Look {
	readonly room: RoomState;
	/** How often the bot had been removed when the check began. */
	readonly removals: number;
	/** Why the room can't be linked to anything, if it was told so. */
	refused: string | undefined;
}

/**
 * Checks a room's links: whether the bot may be there, whether anything stands in the way, and what the room has agreed to. Everything is
 * asked at the homeserver now.
 */
export function createCheckLinks(parts: CheckLinksParts): (room: string) => Promise<void> {
	const { host, homeserver, bot, members, agreements, notices, report, botRemoved, begin, onActive } = parts;
	const now = (): string => String(host.clock.now());

	return async (room) => {
		const links = await host.portals.ofRoom(room);
		if (links.length === 0) return;
		const { links: agreed, removals, refused, announceable } = await agreements.of(room, links);
		const isLinked = links.some(({ state }) => state === "active");
		// If the bot is not in a room whose link is active, it was removed; that event may still be on its way.
		if (isLinked) {
			if (!(await members.hasBot(room))) return botRemoved(room);
		} else if (!(await enter(room, agreed))) return reportAbsence(links);
		const look: Look = { room: await readRoom(homeserver, room), removals, refused };
		// As long as a link is active, others are only announced to users who name their codes.
		let questions = isLinked ? 0 : announceable;
		for (const link of links) {
			if (await hasChanged(room, look)) return;
			const agreement = agreed.get(link.id) ?? unrecorded(link, look);
			if (isAgreed(agreement, look.room.power, bot)) await keep(link, agreement, look);
			else if (await settle(link, agreement, look, questions > 0)) questions--;
		}
	};

	/** The bot enters a room if it is invited, or if the operator has linked the room and anyone may join it (wire.md, "Bridges"). */
	async function enter(room: string, agreed: ReadonlyMap<string, Agreement>): Promise<boolean> {
		if (await members.hasBot(room)) return true;
		const byOperator = [...agreed.values()].some((agreement) => agreement.agreed === "operator");
		const isInvited = (await members.isInvited(room)) ?? (await agreements.isInvited(room));
		return (byOperator || isInvited) && members.joinBot(room);
	}

	async function reportAbsence(links: readonly LinkedRoom[]): Promise<void> {
		for (const link of links)
			if (link.state === "waiting")
				await report(link, "waiting", `the bot is not in the room: a member has to invite ${bot}`);
	}

	/** Whether the bot was removed since the check began. */
	async function hasChanged(room: string, { removals }: Look): Promise<boolean> {
		return (await agreements.removals(room)) !== removals;
	}

	/** A link that the room agrees to is active, unless something stands in the way. */
	async function keep(link: LinkedRoom, agreement: Agreement, look: Look): Promise<void> {
		const obstacle = obstacleTo(look.room, bot);
		if (obstacle !== undefined)
			return isUnfit(look.room) ? refuse(link, obstacle, look) : interrupt(link, obstacle, look);
		if (link.state === "active") return;
		await activate(link, agreement.agreed === "operator", look);
	}

	async function activate(
		link: LinkedRoom,
		byOperator: boolean,
		look: Look,
		moderation?: LinkedRoom["moderation"],
	): Promise<void> {
		const { room } = link;
		await begin(link);
		if (await hasChanged(room, look)) return;
		if (!(await report(link, "active", undefined, moderation))) {
			// Another link of this room is active.
			await agreements.settled(room, link.id, false);
			await report(link, "waiting", howToAgree(link));
			await notices.say(room, occupied, link.id, "occupied", now());
			return;
		}
		const shown = await notices.shown(link, look.room.isPublic);
		if (shown !== undefined) await notices.say(room, activationOf(shown, byOperator), link.id, "active", now());
		await onActive(link);
	}

	async function interrupt(
		link: LinkedRoom,
		reason: string,
		{ room: { isPublic } }: Look,
		moderation?: LinkedRoom["moderation"],
	): Promise<void> {
		const isNews = link.state !== "degraded" || link.reason !== reason;
		await report(link, "degraded", reason, moderation);
		const shown = isNews ? await notices.shown(link, isPublic) : undefined;
		if (shown !== undefined) await notices.say(link.room, interruptionOf(shown, reason), link.id, "degraded", now());
	}

	/** A room that can't be linked is told so once, however many links there are for it. */
	async function refuse(link: LinkedRoom, reason: string, look: Look): Promise<void> {
		await report(link, "degraded", reason);
		if (look.refused === reason) return;
		await notices.say(link.room, refusalOf(reason), "refused", reason, String(look.removals));
		await agreements.refused(link.room, reason);
		look.refused = reason;
	}

	/** Settles what the room has answered to a link that it has not agreed to, or asks it. Resolves with whether it asked. */
	async function settle(link: LinkedRoom, agreement: Agreement, look: Look, mayAsk: boolean): Promise<boolean> {
		const { room: state } = look;
		if (isUnfit(state)) {
			await refuse(link, obstacleTo(state, bot) as string, look);
			return false;
		}
		const answer = decisiveAnswer(agreement, state.power);
		if (agreement.announced === undefined) {
			const asks = (mayAsk || answer !== undefined) && (await ask(link, look));
			if (!asks) await report(link, "waiting", muteness(state, bot) ?? howToAgree(link));
			return asks;
		}
		if (answer !== undefined) await accept(link, answer, look);
		else {
			if (agreement.heard !== undefined) await agreements.settled(link.room, link.id, false);
			await report(link, "waiting", howToAgree(link));
		}
		return false;
	}

	/** Tells the room who asks for a link and what it means. Resolves with whether the room was told. */
	async function ask(link: LinkedRoom, { room: { isPublic }, removals }: Look): Promise<boolean> {
		const shown = await notices.shown(link, isPublic);
		if (shown === undefined) return false;
		const isSaid = await notices.say(link.room, questionOf(shown, link.code), link.id, "question", String(removals));
		if (!isSaid) return false;
		await agreements.announced(link.room, link.id);
		await report(link, "waiting", howToAgree(link));
		return true;
	}

	async function accept(link: LinkedRoom, { shared }: Answer, look: Look): Promise<void> {
		const obstacle = obstacleTo(look.room, bot);
		await agreements.settled(link.room, link.id, true);
		const moderation = shared ? "shared" : "own";
		if (obstacle !== undefined) return interrupt(link, obstacle, look, moderation);
		await activate(link, false, look, moderation);
	}
}

const howToAgree = ({ code }: LinkedRoom): string =>
	`a user who may change the room's power levels has to say "link ${code}" in the room`;

/** A link can only be active because its room has agreed, even if that is not recorded; unless the bot was removed since. */
const unrecorded = ({ state }: LinkedRoom, { removals }: Look): Agreement =>
	state === "active" && removals === 0 ? { agreed: "answer" } : {};
