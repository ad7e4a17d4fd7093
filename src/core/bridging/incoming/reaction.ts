import { Problem } from "../../errors.ts";
import { messages } from "../../messages/message.ts";
import type { Account } from "../../model/account.ts";
import type { Reaction } from "../../model/reaction.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { react, unreact } from "../../reactions/react.ts";
import { reactionId, reactions } from "../../reactions/reaction.ts";
import { remoteKey } from "../../remote-key.ts";
import { linkByRemote } from "../links.ts";
import {
	ended,
	findMessage,
	type Intake,
	ignored,
	maySpeakIn,
	parkBehind,
	type Receiver,
	requestOf,
	type Step,
} from "./intake.ts";

/** Takes over a reaction: once per message, person and key, whatever the other network calls it. */
export const receiveReaction: Receiver<"reaction"> = async (intake, sender, event) => {
	const message = await findMessage(intake, event.target);
	if (message === undefined) return parkBehind(intake, event, event.target);
	const place = await intake.place(message.channel);
	if (place === undefined) return ignored("unknown-place");
	if (!(await maySpeakIn(intake, place, sender))) return ignored("not-allowed");
	const wasTakenBack = (await intake.waiting.waitingFor(remoteKey(intake.bridge, event.reaction))).some(
		(w) => w.parked.event.sender.id === event.sender.id,
	);
	if (wasTakenBack) return ignored("gone");
	await intake.flush();
	try {
		const { changed } = await react(intake.world, sender, place, message, wishOf(event), {
			origin: { bridge: intake.bridge, id: event.reaction },
			request: requestOf(intake, event),
			raw: event.raw,
		});
		return ended(changed ? { status: "accepted", message: message.id } : { status: "duplicate" });
	} catch (error) {
		if (error instanceof Problem) return ignored(error.status === 409 ? "gone" : "not-allowed");
		throw error;
	}
};

const wishOf = ({ key, image }: Extract<RemoteEvent, { kind: "reaction" }>) =>
	image === undefined ? { key, unicode: key } : { key, image };

/** Takes over that a reaction was taken back, named by its own id or by message and key. */
export const receiveUnreaction: Receiver<"unreaction"> = async (intake, sender, event) => {
	const byId = event.reaction === undefined ? undefined : await reactionByRemote(intake, event.reaction);
	if (byId !== undefined) return withdraw(intake, sender, event, byId);
	if (event.target !== undefined && event.key !== undefined) {
		const message = await findMessage(intake, event.target);
		const stored = message && (await intake.world.store.get(reactions, reactionId(message.id, sender.id, event.key)));
		if (stored !== undefined) return withdraw(intake, sender, event, stored.doc);
	}
	return event.reaction === undefined
		? ignored("unknown-target")
		: parkBehind(intake, event, { remote: event.reaction });
};

/** The reaction that this network knows by an id. */
export async function reactionByRemote(intake: Intake, remote: string): Promise<Reaction | undefined> {
	const { store } = intake.world;
	const [own] = await store.page(reactions, {
		index: "remote",
		prefix: [remoteKey(intake.bridge, remote)],
		order: "desc",
		limit: 1,
	});
	if (own !== undefined) return own.doc;
	const link = await linkByRemote(intake.world, intake.bridge, remote);
	return link === undefined ? undefined : (await store.get(reactions, link.subject))?.doc;
}

/** Takes a reaction back for whoever made it. */
export async function withdraw(intake: Intake, sender: Account, event: RemoteEvent, reaction: Reaction): Promise<Step> {
	if (reaction.author !== sender.id) return ignored("not-allowed");
	const message = (await intake.world.store.get(messages, reaction.message))?.doc;
	if (message === undefined) return ignored("unknown-target");
	await intake.flush();
	const source = { bridge: intake.bridge, request: requestOf(intake, event), raw: event.raw };
	const { changed } = await unreact(intake.world, sender, message, reaction.key, source);
	return ended(changed ? { status: "accepted", message: message.id } : { status: "duplicate" });
}
