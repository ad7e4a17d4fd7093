import { accountActor, hasActor } from "../actors.ts";
import { actorContext, PUBLIC } from "../vocabulary.ts";
import { type Writer, write } from "./writer.ts";

/** `Update` of the actor to everybody who follows. */
export const writeProfile: Writer<"profile"> = async (press, { id, actor, at }) => {
	if (!hasActor(press.host, actor)) return [];
	const { "@context": _, ...document } = (await accountActor(press, actor)) as Record<string, unknown>;
	const signer = press.ids.person(actor);
	const update = {
		type: "Update",
		to: [PUBLIC],
		cc: [`${signer}/followers`],
		updated: new Date(at).toISOString(),
		object: document,
	};
	return [write(signer, { "@context": actorContext, id: press.ids.activity(id), ...update })];
};

/** `Delete` of the actor. */
export const writeAccountRemoval: Writer<"account-removal"> = (press, { id, actor }) => {
	if (!hasActor(press.host, actor)) return [];
	const signer = press.ids.person(actor);
	return [
		write(signer, {
			id: press.ids.activity(id),
			type: "Delete",
			to: [PUBLIC],
			cc: [`${signer}/followers`],
			object: signer,
		}),
	];
};
