import { type Account, type BridgeRequest, type BridgeResponse, type Channel, type Group, parseId } from "#bridge-kit";
import { accountActor, channelActor, hasActor, instanceActor } from "../actors.ts";
import type { PublishingContext, ServingContext } from "../context.ts";
import { objectContext } from "../vocabulary.ts";
import { document, notFound } from "./answers.ts";
import { outbox, people, serveCollection, serveList } from "./collections.ts";
import { prefersHtml } from "./prefers-html.ts";

/** Redirects clients that prefer HTML to the page. */
const seeOther = (url: string): BridgeResponse => ({ status: 302, headers: { location: url, vary: "Accept" } });

/** `GET /users/{id}` and its collections. */
export async function serveAccount(
	context: ServingContext,
	request: BridgeRequest,
	name: string,
	part: string | undefined,
): Promise<BridgeResponse> {
	const { host, ids } = context;
	const id = parseId("usr", name);
	const account = id === undefined ? undefined : await host.people.account(id);
	if (account === undefined || !hasActor(host, account)) return notFound();
	if (account.deletedAt !== undefined) return gone(context, request, account);
	if (part === undefined) {
		if (prefersHtml(request.headers["accept"])) return seeOther(ids.pages.account(account));
		return document(request, await accountActor(context, account));
	}
	const url = `${ids.actor({ kind: "account", account: account.id })}/${part}`;
	if (part === "following") {
		return serveCollection(
			request,
			people(
				context,
				url,
				() => host.people.followingCount(account.id),
				(options) => host.people.following(account.id, options),
			),
		);
	}
	return serveShared(context, request, part, url, account.timeline);
}

/** `GET /channels/{id}` and its collections. A timeline has no actor of its own; its owner's is used. */
export async function serveChannel(
	context: ServingContext,
	request: BridgeRequest,
	name: string,
	part: string | undefined,
): Promise<BridgeResponse> {
	const { host, ids, reader } = context;
	const id = parseId("chn", name);
	const found = id === undefined ? undefined : await host.messages.openChannel(id, reader);
	if (found === undefined || found.channel.kind !== "room") return notFound();
	const { channel, group } = found;
	if (part === undefined) {
		if (prefersHtml(request.headers["accept"])) return seeOther(ids.pages.channel(channel));
		return document(request, await channelActor(context, found));
	}
	const url = `${ids.actor({ kind: "channel", channel: channel.id })}/${part}`;
	if (part === "moderators") return moderators(context, request, url, group);
	if (part === "following") return serveList(request, url, []);
	return serveShared(context, request, part, url, channel.id);
}

/** `GET /actor` and its collections. */
export async function serveInstance(
	context: PublishingContext,
	request: BridgeRequest,
	part: string | undefined,
): Promise<BridgeResponse> {
	if (part === undefined) return document(request, await instanceActor(context));
	const url = `${context.ids.instance}/${part}`;
	return part === "outbox" || part === "followers" || part === "following" || part === "featured"
		? serveList(request, url, [])
		: notFound();
}

async function serveShared(
	context: ServingContext,
	request: BridgeRequest,
	part: string,
	url: string,
	channel: Channel["id"],
): Promise<BridgeResponse> {
	const { host } = context;
	switch (part) {
		case "outbox":
			return serveCollection(request, outbox(context, url, channel));
		case "followers":
			return serveCollection(
				request,
				people(
					context,
					url,
					() => host.people.memberCount(channel),
					(options) => host.people.members(channel, options),
				),
			);
		case "featured":
			return serveList(request, url, []);
		default:
			return notFound();
	}
}

async function moderators(
	{ host, ids }: PublishingContext,
	request: BridgeRequest,
	url: string,
	group: Group,
): Promise<BridgeResponse> {
	const owner = await host.people.account(group.owner);
	return serveList(request, url, owner === undefined ? [] : [ids.person(owner)]);
}

function gone({ ids }: PublishingContext, request: BridgeRequest, account: Account): BridgeResponse {
	const id = ids.actor({ kind: "account", account: account.id });
	return document(request, { "@context": objectContext, id, type: "Tombstone", formerType: "Person" }, { status: 410 });
}
