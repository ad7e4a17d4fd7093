import { accountById } from "../../accounts/find-account.ts";
import { stillThere } from "../../accounts/still-there.ts";
import { cleanText } from "../../clean-text.ts";
import { isLocal } from "../../model/account.ts";
import { remoteKey } from "../../remote-key.ts";
import { portalByRoom } from "../portals/find-portal.ts";
import { ignored, type Receiver, resolved } from "./batch.ts";

/** The longest reason that is kept, in characters. */
const maxReason = 500;

/** The people of a linked room have removed the ghost of an account. If it is one of ours, its owner is told, once. */
export const receiveExpulsion: Receiver<"expulsion"> = async ({ context, bridge, flush }, sender, event) => {
	const account = await accountById(context, event.account);
	if (account === undefined || !isLocal(account) || account.deletedAt !== undefined) return ignored("unknown-target");
	const portal = await portalByRoom(context, bridge, event.room);
	if (portal === undefined) return ignored("unknown-place");
	await flush();
	const { room, ban, reason = "" } = event;
	const said = [...cleanText(reason)].slice(0, maxReason).join("");
	const expulsion = {
		account: account.id,
		bridge,
		room,
		channel: portal.channel,
		by: sender.id,
		kind: ban ? ("ban" as const) : ("kick" as const),
		...(said === "" ? {} : { reason: said }),
	};
	const { outcome } = await context.log.append(
		{
			stream: account.id,
			type: "account.expelled",
			actor: sender.id,
			natural: remoteKey(`expelled:${bridge}`, event.id),
			body: { expulsion },
		},
		{ premises: [stillThere(account)] },
	);
	if (outcome === "moved") return ignored("gone");
	return resolved({ status: outcome === "appended" ? "accepted" : "duplicate" });
};
