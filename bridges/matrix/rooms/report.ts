import type { BridgeHost, LinkedRoom } from "#bridge-kit";
import { handleOf, transactionId } from "../ids.ts";

/** Reports a link's state to the core, in the bot's name. Resolves with whether the link has that state then. */
export type Report = (
	link: LinkedRoom,
	state: "waiting" | "active" | "degraded",
	reason?: string,
	moderation?: LinkedRoom["moderation"],
) => Promise<boolean>;

export function createReport({ clock, receive }: Pick<BridgeHost, "clock" | "receive">, bot: string): Report {
	const sender = {
		id: bot,
		profile: { displayName: "Matrix" },
		handle: handleOf(bot),
		kind: "service",
	} as const;

	return async (link, state, reason, moderation = link.moderation) => {
		if (link.state === state && link.reason === reason && link.moderation === moderation) return true;
		const id = transactionId("portal", link.id, state, reason ?? "", String(clock.now()));
		const [received] = await receive([
			{
				kind: "portal",
				id,
				portal: link.id,
				room: link.room,
				state,
				...(reason === undefined ? {} : { reason }),
				...(moderation === undefined ? {} : { moderation }),
				sender,
				raw: undefined,
			},
		]);
		return received?.status === "accepted";
	};
}
