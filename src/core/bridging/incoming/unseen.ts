import type { CoreContext } from "../../events/context.ts";
import type { MessageRef, RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { reactions } from "../../reactions/reaction.ts";
import { remoteKey } from "../../remote-key.ts";
import { findMessage, type IncomingBatch, ignored, type PendingOutcome, parkBehind } from "./batch.ts";

type Outcome = PendingOutcome | undefined;
type Unseen<K extends RemoteEvent["kind"]> = (
	batch: IncomingBatch,
	event: Extract<RemoteEvent, { kind: K }>,
) => Promise<Outcome>;

/** Parks an event whose target is not here. */
async function parkUnlessHere(batch: IncomingBatch, event: RemoteEvent, target: MessageRef): Promise<Outcome> {
	return (await findMessage(batch, target)) === undefined ? parkBehind(batch, event, target) : undefined;
}

/** For each kind of event, what becomes of it if nothing of its sender is here; "needs an account" if that is for its receiver to say. */
const table: { readonly [K in RemoteEvent["kind"]]: Unseen<K> | "needs an account" } = {
	async message(batch, event) {
		const isForSomeone = (event.mentions ?? []).length > 0;
		if (isForSomeone || event.place.kind === "room" || event.place.kind === "channel") return undefined;
		return event.replyTo === undefined ? ignored("unknown-place") : parkUnlessHere(batch, event, event.replyTo);
	},
	edit: (batch, event) => parkUnlessHere(batch, event, event.target),
	removal: (batch, event) => parkUnlessHere(batch, event, event.target),
	reaction: (batch, event) => parkUnlessHere(batch, event, event.target),
	async retraction(batch, event) {
		const target = { remote: event.target };
		return (await isReaction(batch.context, batch.bridge, event.target))
			? undefined
			: parkUnlessHere(batch, event, target);
	},
	async unreaction(batch, event) {
		return event.reaction === undefined
			? ignored("unknown-target")
			: parkBehind(batch, event, { remote: event.reaction });
	},
	join: "needs an account",
	expulsion: "needs an account",
	leave: "needs an account",
	unblock: "needs an account",
	answer: "needs an account",
	profile: "needs an account",
	gone: "needs an account",
	portal: "needs an account",
};

async function isReaction({ store }: Pick<CoreContext, "store">, bridge: string, remote: string): Promise<boolean> {
	const page = { index: "remote", prefix: [remoteKey(bridge, remote)], order: "asc", limit: 1 } as const;
	return (await store.page(reactions, page)).length > 0;
}

/**
 * Receives an event of a person of whom nothing is here, if it changes nothing here either, for now: it is parked or ignored, and no account
 * is made for its sender. Otherwise what strangers say among themselves, and above all what they delete, would leave an account each.
 *
 * @returns `undefined` if the event needs its sender's account
 */
export async function receiveUnseen(batch: IncomingBatch, event: RemoteEvent): Promise<Outcome> {
	// Something else needs what is read or kept without its target.
	if (batch.occasion === "fetched" || batch.occasion === "last") return undefined;
	const receive = table[event.kind] as Unseen<typeof event.kind> | "needs an account";
	return receive === "needs an account" ? undefined : receive(batch, event as never);
}
