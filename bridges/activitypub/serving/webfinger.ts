import { type Account, addressOf, type BridgeRequest, type BridgeResponse, type OpenChannel } from "#bridge-kit";
import { hasActor } from "../actors.ts";
import type { PublishingContext } from "../context.ts";
import { cached, notFound, problem } from "./answers.ts";

/** An actor that WebFinger can find. */
interface Subject {
	readonly address: string;
	readonly actor: string;
	readonly page: string;
}

/** `GET /.well-known/webfinger?resource=…` (RFC 7033): by `acct:`, by an actor's id, and by a page. */
export async function serveWebFinger(context: PublishingContext, request: BridgeRequest): Promise<BridgeResponse> {
	const resource = new URLSearchParams(request.query).get("resource");
	if (resource === null || resource === "" || resource.length > 2000)
		return problem(400, "Malformed", "Expected ?resource=acct:…", cors);
	const subject = await find(context, resource);
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
				template: `${context.host.about.origin}/authorize_interaction?uri={uri}`,
			},
		],
	};
	return cached(request, Buffer.from(JSON.stringify(body)), "application/jrd+json", 200, cors);
}

const cors = { "access-control-allow-origin": "*" };

async function find(context: PublishingContext, resource: string): Promise<Subject | undefined> {
	const { host, ids } = context;
	const acct = /^(?:acct:)?@?([^@/:]+)@([^@/]+)$/i.exec(resource);
	if (acct !== null)
		return acct[2]?.toLowerCase() === host.about.domain ? byHandle(context, (acct[1] ?? "").toLowerCase()) : undefined;
	const actor = ids.parseActor(resource);
	if (actor?.kind === "account") return ofAccount(context, await host.people.account(actor.account));
	if (actor?.kind === "channel") return ofChannel(context, await host.messages.openChannel(actor.channel));
	if (actor?.kind === "instance" || resource === host.about.origin || resource === `${host.about.origin}/`)
		return instance(context);
	const page = resource.startsWith(`${host.about.origin}/`)
		? /^(@|c\/)([^/?#]+)$/.exec(resource.slice(host.about.origin.length + 1))
		: null;
	if (page === null) return undefined;
	const handle = page[2] ?? "";
	return page[1] === "@"
		? ofAccount(context, await host.people.byHandle(handle, host.about.domain))
		: ofChannel(context, await host.messages.openChannelByHandle(handle));
}

/** Accounts and channels share one name space. */
async function byHandle(context: PublishingContext, handle: string): Promise<Subject | undefined> {
	const { host, ids } = context;
	if (handle === ids.instanceName) return instance(context);
	return (
		ofAccount(context, await host.people.byHandle(handle, host.about.domain)) ??
		ofChannel(context, await host.messages.openChannelByHandle(handle))
	);
}

function ofAccount({ host, ids }: PublishingContext, account: Account | undefined): Subject | undefined {
	if (account === undefined || account.deletedAt !== undefined || !hasActor(host, account)) return undefined;
	return {
		address: addressOf(account),
		actor: ids.actor({ kind: "account", account: account.id }),
		page: ids.pages.account(account),
	};
}

function ofChannel({ host, ids }: PublishingContext, found: OpenChannel | undefined): Subject | undefined {
	if (found === undefined || found.channel.kind !== "room") return undefined;
	const { channel } = found;
	return {
		address: `${channel.handle ?? channel.id}@${host.about.domain}`,
		actor: ids.actor({ kind: "channel", channel: channel.id }),
		page: ids.pages.channel(channel),
	};
}

const instance = ({ host, ids }: PublishingContext): Subject => ({
	address: `${ids.instanceName}@${host.about.domain}`,
	actor: ids.instance,
	page: host.about.origin,
});
