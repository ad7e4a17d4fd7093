import type { BridgeHost, LinkedRoom } from "#bridge-kit";
import type { Homeserver } from "../homeserver.ts";
import type { Names } from "../ids.ts";
import { createAgreements } from "./agreement.ts";
import { createCheckLinks } from "./check-links.ts";
import { createCheckSoon } from "./check-soon.ts";
import { createDescription } from "./description.ts";
import type { Members } from "./members.ts";
import { createNotices } from "./notices.ts";
import { createReport } from "./report.ts";
import { createWatch, type Watch } from "./watch.ts";

/** Whether rooms have consented to their links (wire.md, "Bridges"). */
export interface Consent {
	readonly watch: Watch;
	/** The operator consents to a link on behalf of its room. */
	grant(room: string, link: LinkedRoom["id"]): Promise<void>;
	/** Checks a room and makes its links active, waiting or degraded. @throws {HomeserverError} */
	check(room: string): Promise<void>;
	/** The bot was removed from a room. It does not rejoin by itself. */
	botRemoved(room: string): Promise<void>;
	/**
	 * A link has ended: its consent is forgotten, and the room's state no longer mentions it. With the last link of a room the bot leaves.
	 *
	 * @throws {HomeserverError}
	 */
	end(room: string, link: LinkedRoom["id"], channel: string): Promise<void>;
}

export interface ConsentParts {
	readonly host: Pick<
		BridgeHost,
		"about" | "clock" | "logger" | "messages" | "people" | "portals" | "receive" | "state"
	>;
	readonly homeserver: Homeserver;
	readonly names: Names;
	readonly members: Members;
	/** A link becomes active: earlier messages are not imported. @throws {HomeserverError} */
	readonly begin: (room: string) => Promise<void>;
	/** A link has become active. */
	readonly onActive: (room: string) => void;
	/** No link of a room is active any more. */
	readonly forget: (room: string) => Promise<void>;
	readonly signal: AbortSignal;
}

export function createConsent({
	host,
	homeserver,
	names,
	members,
	begin,
	onActive,
	forget,
	signal,
}: ConsentParts): Consent {
	const agreements = createAgreements(host.state);
	const description = createDescription(host, homeserver, names);
	const report = createReport(host, names.bot);
	const checkLinks = createCheckLinks({
		host,
		homeserver,
		bot: names.bot,
		members,
		agreements,
		notices: createNotices(host, homeserver),
		report,
		botRemoved,
		begin: ({ room }) => begin(room),
		async onActive(link) {
			onActive(link.room);
			await description.put(link.room, link.channel);
		},
	});
	// A check makes requests to the homeserver, which may be waiting for our answer to its transaction: they must not be awaited there.
	const checkSoon = createCheckSoon(check, host.logger, signal);
	const checking = new Map<string, Promise<void>>();

	/** One check of a room at a time: a late one must not make the bot rejoin a room that it has been removed from since. */
	function check(room: string): Promise<void> {
		const before = checking.get(room) ?? Promise.resolve();
		const look = before
			.catch(() => {})
			.then(() => checkLinks(room))
			.finally(() => {
				if (checking.get(room) === look) checking.delete(room);
			});
		checking.set(room, look);
		return look;
	}

	async function botRemoved(room: string, event?: string): Promise<void> {
		// An event that came again says nothing about where the bot is now.
		if (!(await agreements.botRemoved(room, event))) return checkSoon(room);
		for (const link of await host.portals.ofRoom(room))
			if (link.state !== "waiting") await report(link, "degraded", "the bot was removed from the room");
	}

	async function encrypted(room: string): Promise<void> {
		for (const link of await host.portals.ofRoom(room))
			if (link.state === "active") await report(link, "degraded", "the room is encrypted");
	}

	return {
		watch: createWatch({ names, agreements, portals: host.portals, checkSoon, botRemoved, encrypted }),
		grant: agreements.operatorAgreed,
		check,
		botRemoved,
		async end(room, link, channel) {
			await description.remove(room, channel);
			const others = (await host.portals.ofRoom(room)).filter(({ id }) => id !== link);
			if (!others.some(({ state }) => state === "active")) {
				await forget(room);
				await members.ghostsLeave(room);
			}
			if (others.length === 0 && (await members.hasBot(room))) {
				await members.botLeaves(room);
				return agreements.forgetRoom(room);
			}
			// An invitation that the bot has not followed yet may be meant for another link.
			await agreements.forget(room, link);
			if (others.length > 0) checkSoon(room);
		},
	};
}
