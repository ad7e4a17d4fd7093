import { addressOf, type BridgeRequest, type BridgeResponse } from "#bridge-kit";
import { hasActor, type Press } from "../actors.ts";
import { cached, notFound, problem } from "./answers.ts";

/** Somebody who can be asked for. */
interface Subject {
	readonly address: string;
	readonly actor: string;
	readonly page: string;
}

/** `GET /.well-known/webfinger?resource=…` (RFC 7033): by `acct:`, by an actor's id, and by a page. */
export async function serveWebFinger(press: Press, request: BridgeRequest): Promise<BridgeResponse> {
	const resource = new URLSearchParams(request.query).get("resource");
	if (resource === null || resource === "" || resource.length > 2000)
		return problem(400, "Malformed", "Expected ?resource=acct:…", cors);
	const subject = await find(press, resource);
	if (subject === undefined) return { ...notFound(), headers: { ...notFound().headers, ...cors } };
	const { address, actor, page } = subject;
	const body = {
		subject: `acct:${address}`,
		aliases: [...new Set([page, actor])],
		links: [
			{ rel: "http://webfinger.net/rel/profile-page", type: "text/html", href: page },
			{ rel: "self", type: "application/activity+json", href: actor },
			{ rel: "self", type: 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"', href: actor },
			{
				rel: "http://ostatus.org/schema/1.0/subscribe",
				template: `${press.host.origin}/authorize_interaction?uri={uri}`,
			},
		],
	};
	return cached(request, Buffer.from(JSON.stringify(body)), "application/jrd+json", 200, cors);
}

const cors = { "access-control-allow-origin": "*" };

async function find(press: Press, resource: string): Promise<Subject | undefined> {
	const { host, ids } = press;
	const acct = /^(?:acct:)?@?([^@/:]+)@([^@/]+)$/i.exec(resource);
	if (acct !== null)
		return acct[2]?.toLowerCase() === host.domain ? byHandle(press, (acct[1] ?? "").toLowerCase()) : undefined;
	const actor = ids.parseActor(resource);
	if (actor?.kind === "account") return ofAccount(press, await host.account(actor.account));
	if (actor?.kind === "channel") return ofChannel(press, await host.openChannel(actor.channel));
	if (actor?.kind === "instance" || resource === host.origin || resource === `${host.origin}/`) return instance(press);
	const page = resource.startsWith(`${host.origin}/`)
		? /^(@|c\/)([^/?#]+)$/.exec(resource.slice(host.origin.length + 1))
		: null;
	if (page === null) return undefined;
	const handle = page[2] ?? "";
	return page[1] === "@"
		? ofAccount(press, await host.accountByHandle(handle, host.domain))
		: ofChannel(press, await host.openChannelByHandle(handle));
}

/** Accounts and channels share one name space. */
async function byHandle(press: Press, handle: string): Promise<Subject | undefined> {
	const { host, ids } = press;
	if (handle === ids.instanceName) return instance(press);
	return (
		ofAccount(press, await host.accountByHandle(handle, host.domain)) ??
		ofChannel(press, await host.openChannelByHandle(handle))
	);
}

function ofAccount({ host, ids }: Press, account: Awaited<ReturnType<Press["host"]["account"]>>): Subject | undefined {
	if (account === undefined || account.deletedAt !== undefined || !hasActor(host, account)) return undefined;
	return {
		address: addressOf(account),
		actor: ids.actor({ kind: "account", account: account.id }),
		page: ids.pages.account(account),
	};
}

function ofChannel(
	{ host, ids }: Press,
	found: Awaited<ReturnType<Press["host"]["openChannel"]>>,
): Subject | undefined {
	if (found === undefined || found.channel.timelineOf !== undefined || found.channel.shadow === true) return undefined;
	const { channel } = found;
	return {
		address: `${channel.handle}@${host.domain}`,
		actor: ids.actor({ kind: "channel", channel: channel.id }),
		page: ids.pages.channel(channel),
	};
}

const instance = ({ host, ids }: Press): Subject => ({
	address: `${ids.instanceName}@${host.domain}`,
	actor: ids.instance,
	page: host.origin,
});
