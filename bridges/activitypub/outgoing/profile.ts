import { accountActor, hasActor } from "../actors.ts";
import { actorContext, PUBLIC } from "../vocabulary.ts";
import { activityBy, type Writer } from "./writer.ts";

/** `Update` of the actor, to its followers. */
export const writeProfile: Writer<"profile"> = async (context, { id, actor, at }) => {
	if (!hasActor(context.host, actor)) return [];
	const { "@context": _, ...document } = (await accountActor(context, actor)) as Record<string, unknown>;
	const signer = context.ids.person(actor);
	const update = {
		type: "Update",
		to: [PUBLIC],
		cc: [`${signer}/followers`],
		updated: new Date(at).toISOString(),
		object: document,
	};
	return [activityBy(signer, { "@context": actorContext, id: context.ids.activity(id), ...update })];
};

/** `Delete` of the actor, to its followers. */
export const writeAccountRemoval: Writer<"account-removal"> = (context, { id, actor }) => {
	if (!hasActor(context.host, actor)) return [];
	const signer = context.ids.person(actor);
	return [
		activityBy(signer, {
			id: context.ids.activity(id),
			type: "Delete",
			to: [PUBLIC],
			cc: [`${signer}/followers`],
			object: signer,
		}),
	];
};
