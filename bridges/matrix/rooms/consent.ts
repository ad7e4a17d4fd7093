import type { BridgeHost } from "#bridge-kit";
import { type Homeserver, HomeserverError, segment } from "../homeserver.ts";
import { type Names, transactionId } from "../ids.ts";
import type { MatrixEvent } from "../incoming/event.ts";
import type { Members } from "./members.ts";
import { readPower } from "./power.ts";

/** Enough to keep order in a room, and the sign that the room's people mean it. */
const botPower = 50;

/** Whether a room wants to be linked (wire.md, "Bridges"). */
export interface Consent {
	/** Keeps what an event says of it. Resolves when that is durable; `undefined`: it says nothing. */
	watch(event: MatrixEvent): Promise<void> | undefined;
	/** The operator has spoken for the room. */
	given(room: string): Promise<void>;
	/** Looks at a linked room and makes its link active, waiting or degraded. @throws {HomeserverError} */
	judge(room: string): Promise<void>;
	/** A link has ended: what was said for it is forgotten. */
	forget(room: string): Promise<void>;
}

interface Said {
	/** Who invited the bot, who said `link`; the operator is `*`. */
	readonly invitedBy?: string;
	readonly linkedBy?: string;
}

export function createConsent(host: BridgeHost, homeserver: Homeserver, names: Names, members: Members): Consent {
	const keyOf = (room: string): string => `consent:${room}`;
	const read = async (room: string): Promise<Said> => ((await host.state.get(keyOf(room))) ?? {}) as Said;
	const add = async (room: string, said: Said): Promise<void> =>
		host.state.set(keyOf(room), { ...(await read(room)), ...said });

	/** Judging asks the homeserver, which waits for our answer: it must not wait for itself. */
	function judgeSoon(room: string): void {
		setImmediate(() => {
			judge(room).catch((error: unknown) =>
				host.logger.warn(
					{ err: error, room },
					"A room could not be looked at; it is looked at again when something changes there",
				),
			);
		});
	}

	async function judge(room: string): Promise<void> {
		const portal = await host.portalByRoom(room);
		if (portal === undefined || portal.state === "closed") return;
		if (!(await members.joinBot(room))) return setState(room, "waiting", "the bot is not invited to the room");
		const said = await read(room);
		const power = await readPower(homeserver, room);
		if (power.encrypted) {
			await notice(
				room,
				"encrypted",
				"This room is encrypted, so it can't be linked: messages could not be read on the other side.",
			);
			return setState(room, "degraded", "the room is encrypted");
		}
		const byInvitation =
			said.invitedBy !== undefined && power.mayChangePower(said.invitedBy) && power.of(names.bot) >= botPower;
		const byWord = said.linkedBy === "*" || (said.linkedBy !== undefined && power.mayChangePower(said.linkedBy));
		if (!byInvitation && !byWord)
			return setState(
				room,
				"waiting",
				`the bot needs power ${botPower}, or somebody who may give it says "link" in the room`,
			);
		await setState(room, "active");
		await describe(room, portal.channel);
	}

	async function setState(room: string, state: "waiting" | "active" | "degraded", reason?: string): Promise<void> {
		await host.receive([
			{
				kind: "portal",
				id: transactionId(room, state, String(host.clock.now())),
				room,
				state,
				...(reason === undefined ? {} : { reason }),
				sender: operator,
				raw: undefined,
			},
		]);
	}

	/** Other bridges and clients can see that the room is bridged, and to what (MSC2346). Not every room lets us say it. */
	async function describe(room: string, channel: string): Promise<void> {
		const content = {
			bridgebot: names.bot,
			creator: names.bot,
			protocol: { id: "ofscp", displayname: "OFSCP" },
			channel: { id: channel, external_url: host.origin },
		};
		for (const type of ["m.bridge", "uk.half-shot.bridge"]) {
			try {
				await homeserver.request(
					"PUT",
					`/rooms/${segment(room)}/state/${type}/${segment(`ofscp://${host.domain}/${channel}`)}`,
					{ body: content },
				);
			} catch (error) {
				if (!(error instanceof HomeserverError) || error.status === 0) throw error;
			}
		}
	}

	async function notice(room: string, what: string, body: string): Promise<void> {
		const path = `/rooms/${segment(room)}/send/m.room.message/${transactionId("notice", room, what)}`;
		await homeserver.request("PUT", path, { body: { msgtype: "m.notice", body, "m.mentions": {} } });
	}

	async function keepAndJudge(room: string, said: Said): Promise<void> {
		await add(room, said);
		judgeSoon(room);
	}

	return {
		watch({ type, room_id: room, sender, state_key, content }) {
			if (type === "m.room.member" && state_key === names.bot && content.membership === "invite")
				return keepAndJudge(room, { invitedBy: sender });
			if (type === "m.room.message" && typeof content.body === "string" && content.body.trim().toLowerCase() === "link")
				return keepAndJudge(room, { linkedBy: sender });
			if (type === "m.room.power_levels" || type === "m.room.encryption") judgeSoon(room);
			if (type === "m.room.tombstone")
				setImmediate(() => void setState(room, "degraded", "the room was replaced by another one").catch(() => {}));
			return undefined;
		},
		given: (room) => add(room, { linkedBy: "*" }),
		judge,
		forget: (room) => host.state.delete(keyOf(room)),
	};
}

/** What happens to a link is nobody's saying: the core does not look at who. */
const operator = { id: "", profile: { displayName: "" }, handle: "", kind: "service" } as const;
