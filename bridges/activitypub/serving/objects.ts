import { type BridgeRequest, type BridgeResponse, parseId } from "#bridge-kit";
import type { Press } from "../actors.ts";
import { toObject, toTombstone } from "../notes.ts";
import { activitiesOf } from "../outgoing/activities.ts";
import { createOf } from "../outgoing/create.ts";
import { objectContext } from "../vocabulary.ts";
import { document, notFound } from "./answers.ts";
import { replies, serveCollection } from "./collections.ts";
import { prefersHtml } from "./prefers-html.ts";

/** `GET /objects/{id}` and its `replies`: the message as it is now, 410 with a Tombstone once it is deleted. */
export async function serveObject(
	press: Press,
	request: BridgeRequest,
	name: string,
	part: string | undefined,
): Promise<BridgeResponse> {
	const { host, ids } = press;
	const id = parseId("msg", name);
	const found = id === undefined ? undefined : await host.openMessage(id);
	// What came from this network has its home and its id there.
	if (found === undefined || found.message.origin?.bridge === host.name) return notFound();
	const { message, author } = found;
	if (message.deletedAt !== undefined)
		return document(request, { "@context": objectContext, ...toTombstone(ids, message) }, { status: 410 });
	if (part === "replies") return serveCollection(request, replies(press, message));
	if (part !== undefined) return notFound();
	if (prefersHtml(request.headers["accept"]))
		return { status: 302, headers: { location: ids.pages.message(author, message.id), vary: "Accept" } };
	const owner = await ownerOf(press, found.channel.timelineOf, author.id);
	const object = toObject(
		{ ids, text: host.text, domain: host.domain },
		{ ...found, ...(owner === undefined ? {} : { owner }) },
	);
	return document(request, { "@context": objectContext, ...object });
}

async function ownerOf({ host }: Press, owner: Parameters<Press["host"]["account"]>[0] | undefined, author: string) {
	return owner === undefined || owner === author ? undefined : host.account(owner);
}

/** `GET /activities/{id}`: rendered from the event as things stand now, so that an old text is never seen again. */
export async function serveActivity(press: Press, request: BridgeRequest): Promise<BridgeResponse> {
	const { host, ids } = press;
	const id = `${host.origin}${request.path}`;
	const name = ids.parseActivity(id);
	const event = name === undefined ? undefined : await host.openEvent(name.event);
	if (event === undefined) return notFound();
	const activities = (await activitiesOf(press, event)).map(({ activity }) => activity);
	const found = activities.find((activity) => activity.id === id) ?? (await createInside(press, event, id));
	return found === undefined ? notFound() : document(request, found);
}

/** The `Create` that a channel passes on is sent by nobody else, but it has an id too. */
async function createInside(
	press: Press,
	event: NonNullable<Awaited<ReturnType<Press["host"]["openEvent"]>>>,
	id: string,
): Promise<object | undefined> {
	if (event.kind !== "message" || event.origin === press.host.name) return undefined;
	const found = await press.host.openMessage(event.subject.message.id);
	if (found === undefined || found.message.deletedAt !== undefined) return undefined;
	const { activity } = createOf(press, found);
	return activity.id === id ? activity : undefined;
}
