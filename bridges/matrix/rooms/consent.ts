import type { BridgeHost } from "#bridge-kit";
import { type Homeserver, isRefusal, segment } from "../homeserver.ts";
import { handleOf, type Names, transactionId } from "../ids.ts";
import { createAgreements } from "./agreement.ts";
import { createDescription } from "./description.ts";
import type { Members } from "./members.ts";
import { readPower } from "./power.ts";
import { createSoon } from "./soon.ts";
import { createWatch, type Watch } from "./watch.ts";

/** Whether a room wants to be linked (wire.md, "Bridges"). */
export interface Consent {
	readonly watch: Watch;
	/** The operator has spoken for the room. */
	given(room: string): Promise<void>;
	/** Looks at a linked room and makes its link active, waiting or degraded. @throws {HomeserverError} */
	judge(room: string): Promise<void>;
	/** The bot was thrown out of a room: it does not come back by itself. */
	lost(room: string): Promise<void>;
	/** A link has ended: what was said for it is forgotten, and nothing in the room speaks of it. @throws {HomeserverError} */
	end(room: string, channel: string): Promise<void>;
}

export interface ConsentParts {
	readonly host: Pick<BridgeHost, "about" | "clock" | "logger" | "portals" | "receive" | "state">;
	readonly homeserver: Homeserver;
	readonly names: Names;
	readonly members: Members;
	/** The link begins now: what was said before is not taken over. @throws {HomeserverError} */
	readonly begin: (room: string) => Promise<void>;
	readonly signal: AbortSignal;
}

export function createConsent({ host, homeserver, names, members, begin, signal }: ConsentParts): Consent {
	const agreements = createAgreements(host.state, names);
	const description = createDescription(host, homeserver, names);
	// Judging asks the homeserver, which waits for our answer: it must not wait for itself.
	const soon = createSoon(judge, host.logger, signal);

	const judging = new Map<string, Promise<void>>();

	/** One look at a room after the other: a late one must not bring the bot back into a room that it was thrown out of since. */
	function judge(room: string): Promise<void> {
		const before = judging.get(room) ?? Promise.resolve();
		const look = before
			.catch(() => {})
			.then(() => judgeNow(room))
			.finally(() => {
				if (judging.get(room) === look) judging.delete(room);
			});
		judging.set(room, look);
		return look;
	}

	async function judgeNow(room: string): Promise<void> {
		const portal = await host.portals.byRoom(room);
		if (portal === undefined || portal.state === "closed" || (await agreements.isOver(room))) return;
		// From an active room the bot can only have been thrown out; the news of it may still be on its way.
		if (portal.state === "active") {
			if (!(await members.hasBot(room))) return lost(room);
		} else if (!(await members.joinBot(room))) return setState(room, "waiting", "the bot is not invited to the room");
		const power = await readPower(homeserver, room);
		if (power.encrypted) {
			await setState(room, "degraded", "the room is encrypted");
			if (portal.state !== "degraded") await explainEncryption(room);
			return;
		}
		const missing = await agreements.missing(room, power);
		// Meanwhile the bot may have been thrown out, and that has been said.
		if (await agreements.isOver(room)) return;
		if (missing !== undefined) return setState(room, "waiting", missing);
		if (portal.state === "active") return;
		await begin(room);
		if (await agreements.isOver(room)) return;
		await setState(room, "active");
		await description.put(room, portal.channel);
	}

	/** What happens to a link is the bot's saying. */
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

	async function explainEncryption(room: string): Promise<void> {
		const body = "This room is encrypted, so it can't be linked: messages could not be read on the other side.";
		const path = `/rooms/${segment(room)}/send/m.room.message/${transactionId("encrypted", room)}`;
		try {
			await homeserver.request("PUT", path, { body: { msgtype: "m.notice", body, "m.mentions": {} } });
		} catch (error) {
			// Where the bot may not speak, the link's state has to say it.
			if (!isRefusal(error)) throw error;
		}
	}

	async function lost(room: string): Promise<void> {
		await agreements.removed(room);
		await setState(room, "degraded", "the bot was removed from the room");
	}

	async function replaced(room: string): Promise<void> {
		await agreements.replaced(room);
		await setState(room, "degraded", "the room was replaced by another one");
	}

	return {
		watch: createWatch({ names, agreements, soon, lost, replaced }),
		given: agreements.given,
		judge,
		lost,
		async end(room, channel) {
			await description.remove(room, channel);
			await agreements.forget(room);
		},
	};
}
