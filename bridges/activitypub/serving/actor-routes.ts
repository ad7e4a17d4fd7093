import { type Account, type BridgeRequest, type BridgeResponse, type Channel, type Group, parseId } from "#bridge-kit";
import { accountActor, channelActor, hasActor, instanceActor, type Press } from "../actors.ts";
import { objectContext } from "../vocabulary.ts";
import { document, notFound } from "./answers.ts";
import { outbox, people, serveCollection, serveList } from "./collections.ts";
import { prefersHtml } from "./prefers-html.ts";

/** A page for people, to those who would rather have one. */
const seeOther = (url: string): BridgeResponse => ({ status: 302, headers: { location: url, vary: "Accept" } });

/** `GET /users/{id}` and what hangs below it. */
export async function serveAccount(
	press: Press,
	request: BridgeRequest,
	name: string,
	part: string | undefined,
): Promise<BridgeResponse> {
	const { host, ids } = press;
	const id = parseId("usr", name);
	const account = id === undefined ? undefined : await host.account(id);
	if (account === undefined || !hasActor(host, account)) return notFound();
	if (account.deletedAt !== undefined) return gone(press, request, account);
	if (part === undefined) {
		if (prefersHtml(request.headers["accept"])) return seeOther(ids.pages.account(account));
		return document(request, await accountActor(press, account));
	}
	const url = `${ids.actor({ kind: "account", account: account.id })}/${part}`;
	if (part === "following") {
		return serveCollection(
			request,
			people(
				press,
				url,
				() => host.followingCount(account.id),
				(options) => host.following(account.id, options),
			),
		);
	}
	return serveShared(press, request, part, url, account.timeline);
}

/** `GET /channels/{id}` and what hangs below it. A timeline speaks through its owner and has no actor of its own. */
export async function serveChannel(
	press: Press,
	request: BridgeRequest,
	name: string,
	part: string | undefined,
): Promise<BridgeResponse> {
	const { host, ids } = press;
	const id = parseId("chn", name);
	const found = id === undefined ? undefined : await host.openChannel(id);
	if (found === undefined || found.channel.timelineOf !== undefined || found.channel.shadow === true) return notFound();
	const { channel, group } = found;
	if (part === undefined) {
		if (prefersHtml(request.headers["accept"])) return seeOther(ids.pages.channel(channel));
		return document(request, await channelActor(press, found));
	}
	const url = `${ids.actor({ kind: "channel", channel: channel.id })}/${part}`;
	if (part === "moderators") return moderators(press, request, url, group);
	if (part === "following") return serveList(request, url, []);
	return serveShared(press, request, part, url, channel.id);
}

/** `GET /actor` and what hangs below it. */
export async function serveInstance(
	press: Press,
	request: BridgeRequest,
	part: string | undefined,
): Promise<BridgeResponse> {
	if (part === undefined) return document(request, await instanceActor(press));
	const url = `${press.ids.instance}/${part}`;
	return part === "outbox" || part === "followers" || part === "following" || part === "featured"
		? serveList(request, url, [])
		: notFound();
}

async function serveShared(
	press: Press,
	request: BridgeRequest,
	part: string,
	url: string,
	channel: Channel["id"],
): Promise<BridgeResponse> {
	const { host } = press;
	switch (part) {
		case "outbox":
			return serveCollection(request, outbox(press, url, channel));
		case "followers":
			return serveCollection(
				request,
				people(
					press,
					url,
					() => host.memberCount(channel),
					(options) => host.members(channel, options),
				),
			);
		case "featured":
			return serveList(request, url, []);
		default:
			return notFound();
	}
}

async function moderators(
	{ host, ids }: Press,
	request: BridgeRequest,
	url: string,
	group: Group,
): Promise<BridgeResponse> {
	const owner = await host.account(group.owner);
	return serveList(request, url, owner === undefined ? [] : [ids.person(owner)]);
}

function gone({ ids }: Press, request: BridgeRequest, account: Account): BridgeResponse {
	const id = ids.actor({ kind: "account", account: account.id });
	return document(request, { "@context": objectContext, id, type: "Tombstone", formerType: "Person" }, { status: 410 });
}
