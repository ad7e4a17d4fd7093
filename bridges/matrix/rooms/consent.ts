import type { BridgeHost } from "#bridge-kit";
import { type Homeserver, isRefusal, segment } from "../homeserver.ts";
import { handleOf, type Names, transactionId } from "../ids.ts";
import { createAgreements } from "./agreement.ts";
import { createCheckSoon } from "./check-soon.ts";
import { createDescription } from "./description.ts";
import type { Members } from "./members.ts";
import { readPower } from "./power.ts";
import { createWatch, type Watch } from "./watch.ts";

/** Whether a room has consented to its link (wire.md, "Bridges"). */
export interface Consent {
	readonly watch: Watch;
	/** The operator consents for the room. */
	grant(room: string): Promise<void>;
	/** Checks a linked room and makes its link active, waiting or degraded. @throws {HomeserverError} */
	check(room: string): Promise<void>;
	/** The bot was removed from a room. It does not rejoin by itself. */
	botRemoved(room: string): Promise<void>;
	/** A link has ended: its consent is forgotten, and the room's state no longer mentions it. @throws {HomeserverError} */
	end(room: string, channel: string): Promise<void>;
}

export interface ConsentParts {
	readonly host: Pick<BridgeHost, "about" | "clock" | "logger" | "portals" | "receive" | "state">;
	readonly homeserver: Homeserver;
	readonly names: Names;
	readonly members: Members;
	/** The link becomes active: earlier messages are not imported. @throws {HomeserverError} */
	readonly begin: (room: string) => Promise<void>;
	readonly signal: AbortSignal;
}

export function createConsent({ host, homeserver, names, members, begin, signal }: ConsentParts): Consent {
	const agreements = createAgreements(host.state, names);
	const description = createDescription(host, homeserver, names);
	// A check makes requests to the homeserver, which may be waiting for our answer to its transaction: they must not be awaited there.
	const checkSoon = createCheckSoon(check, host.logger, signal);

	const checking = new Map<string, Promise<void>>();
	/** Encrypted rooms in which the bot has said why they can't be linked. */
	const explained = new Set<string>();

	/** One check of a room at a time: a late one must not make the bot rejoin a room that it has been removed from since. */
	function check(room: string): Promise<void> {
		const before = checking.get(room) ?? Promise.resolve();
		const look = before
			.catch(() => {})
			.then(() => checkNow(room))
			.finally(() => {
				if (checking.get(room) === look) checking.delete(room);
			});
		checking.set(room, look);
		return look;
	}

	async function checkNow(room: string): Promise<void> {
		const portal = await host.portals.byRoom(room);
		if (portal === undefined || portal.state === "closed" || (await agreements.isRevoked(room))) return;
		// If the bot is not in a room whose link is active, it was removed; that event may still be on its way.
		if (portal.state === "active") {
			if (!(await members.hasBot(room))) return botRemoved(room);
		} else if (!(await members.joinBot(room))) return setState(room, "waiting", "the bot is not invited to the room");
		const power = await readPower(homeserver, room);
		if (power.encrypted) {
			await encrypted(room);
			return explainEncryption(room);
		}
		const missing = await agreements.missing(room, power);
		// The bot may have been removed meanwhile, which has been stored.
		if (await agreements.isRevoked(room)) return;
		if (missing !== undefined) return setState(room, "waiting", missing);
		if (portal.state === "active") return;
		await begin(room);
		if (await agreements.isRevoked(room)) return;
		await setState(room, "active");
		await description.put(room, portal.channel);
	}

	/** Reports a link's state, in the bot's name. */
	async function setState(room: string, state: "waiting" | "active" | "degraded", reason?: string): Promise<void> {
		const now = String(host.clock.now());
		const sender = {
			id: names.bot,
			profile: { displayName: "Matrix" },
			handle: handleOf(names.bot),
			kind: "service",
		} as const;
		const id = transactionId("portal", room, state, now);
		await host.receive([
			{ kind: "portal", id, room, state, ...(reason === undefined ? {} : { reason }), sender, raw: undefined },
		]);
	}

	const encrypted = (room: string): Promise<void> => setState(room, "degraded", "the room is encrypted");

	async function explainEncryption(room: string): Promise<void> {
		if (explained.has(room)) return;
		const body = "This room is encrypted, so it can't be linked: messages could not be read on the other side.";
		const path = `/rooms/${segment(room)}/send/m.room.message/${transactionId("encrypted", room)}`;
		try {
			await homeserver.request("PUT", path, { body: { msgtype: "m.notice", body, "m.mentions": {} } });
		} catch (error) {
			// If the bot may not post, the link's state has to explain it.
			if (!isRefusal(error)) throw error;
		}
		explained.add(room);
	}

	async function botRemoved(room: string): Promise<void> {
		await agreements.botRemoved(room);
		await setState(room, "degraded", "the bot was removed from the room");
	}

	async function replaced(room: string): Promise<void> {
		await agreements.replaced(room);
		await setState(room, "degraded", "the room was replaced by another one");
	}

	return {
		watch: createWatch({ names, agreements, checkSoon, botRemoved, encrypted, replaced }),
		grant: agreements.operatorAgreed,
		check,
		botRemoved,
		async end(room, channel) {
			await description.remove(room, channel);
			await agreements.forget(room);
		},
	};
}
