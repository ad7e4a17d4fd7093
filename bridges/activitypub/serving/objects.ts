import { type AccountId, type BridgeRequest, type BridgeResponse, type Delivery, ownerOf, parseId } from "#bridge-kit";
import { hasActor } from "../actors.ts";
import type { PublishingContext, ServingContext } from "../context.ts";
import { toObject, toTombstone } from "../notes.ts";
import { activitiesOf } from "../outgoing/activities.ts";
import { createOf } from "../outgoing/create.ts";
import { objectContext } from "../vocabulary.ts";
import { document, notFound } from "./answers.ts";
import { replies, serveCollection } from "./collections.ts";
import { prefersHtml } from "./prefers-html.ts";

/** `GET /objects/{id}` and its `replies`: the message as it is now, 410 with a Tombstone once it is deleted. */
export async function serveObject(
	context: ServingContext,
	request: BridgeRequest,
	name: string,
	part: string | undefined,
): Promise<BridgeResponse> {
	const { host, ids, reader } = context;
	const id = parseId("msg", name);
	const found = id === undefined ? undefined : await host.messages.openMessage(id, reader);
	// A message from the fediverse is served by its own server, under its own id; one of another provider's people has no author here.
	if (found === undefined || found.message.origin?.bridge === host.about.bridge || !hasActor(host, found.author))
		return notFound();
	const { message, author } = found;
	if (message.deletedAt !== undefined)
		return document(request, { "@context": objectContext, ...toTombstone(ids, message) }, { status: 410 });
	if (part === "replies") return serveCollection(request, replies(context, message));
	if (part !== undefined) return notFound();
	if (prefersHtml(request.headers["accept"]))
		return { status: 302, headers: { location: ids.pages.message(author, message.id), vary: "Accept" } };
	const owner = await ownerBeside(context, ownerOf(found.channel), author.id);
	const object = toObject(context, { ...found, ...(owner === undefined ? {} : { owner }) });
	return document(request, { "@context": objectContext, ...object });
}

/** The owner of the channel, when that is not the author. */
async function ownerBeside({ host }: PublishingContext, owner: AccountId | undefined, author: AccountId) {
	return owner === undefined || owner === author ? undefined : host.people.account(owner);
}

/** `GET /activities/{id}`: rendered from the event and the current state, so that a text that was edited or deleted is not shown. */
export async function serveActivity(context: ServingContext, request: BridgeRequest): Promise<BridgeResponse> {
	const { host, ids, reader } = context;
	const id = `${host.about.origin}${request.path}`;
	const name = ids.parseActivity(id);
	const event = name === undefined ? undefined : await host.messages.openEvent(name.event, reader);
	if (event === undefined) return notFound();
	if (event === "gone") return document(request, { "@context": objectContext, id, type: "Tombstone" }, { status: 410 });
	const activities = (await activitiesOf(context, event)).map(({ activity }) => activity);
	const found = activities.find((activity) => activity.id === id) ?? (await createInside(context, event, id));
	return found === undefined ? notFound() : document(request, found);
}

/** The `Create` inside a channel's `Announce` is never sent by itself, but its id can be fetched. */
async function createInside(context: ServingContext, event: Delivery, id: string): Promise<object | undefined> {
	if (event.kind !== "message" || event.origin === context.host.about.bridge) return undefined;
	const found = await context.host.messages.openMessage(event.subject.message.id, context.reader);
	if (found === undefined || found.message.deletedAt !== undefined) return undefined;
	const { activity } = createOf(context, found);
	return activity.id === id ? activity : undefined;
}
