import { type Account, addressOf, type BridgeHost, escapeHtml, type OpenChannel } from "#bridge-kit";
import type { PublishingContext } from "./context.ts";
import { actorContext } from "./vocabulary.ts";

const typeOfKind = { person: "Person", service: "Service", group: "Group" } as const;

/** Whether an account has an actor here: local accounts and ghosts of other networks do; fediverse accounts have theirs at home. */
export function hasActor({ about }: Pick<BridgeHost, "about">, account: Account): boolean {
	return account.domain === about.domain && account.origin?.bridge !== about.bridge;
}

/** Whether an account has an actor at all, here or at its home: people of other OFSCP providers have none that we could name. */
export const isActorKnown = (host: Pick<BridgeHost, "about">, account: Account): boolean =>
	account.origin?.bridge === host.about.bridge || hasActor(host, account);

/** The Person (Service, Group) of an account, with every field that some server insists on (reference §1.1). */
export async function accountActor(context: PublishingContext, account: Account): Promise<object> {
	const { host, ids } = context;
	const id = ids.actor({ kind: "account", account: account.id });
	const timeline = await host.messages.openChannel(account.timeline);
	const isListed = timeline?.isListed === true;
	const { displayName, bio, avatar } = account.profile;
	return {
		...(await common(context, id, account.handle)),
		type: typeOfKind[account.kind],
		name: displayName,
		summary: bio === undefined ? "" : account.origin === undefined ? host.text.toHtml(bio, "text/plain") : bio,
		url: ids.pages.account(account),
		webfinger: addressOf(account),
		...(avatar === undefined ? {} : { icon: { type: "Image", url: avatar } }),
		manuallyApprovesFollowers: timeline !== undefined && timeline.group.joinPolicy !== "open",
		discoverable: isListed,
		indexable: isListed,
		published: new Date(account.createdAt).toISOString(),
		attachment: account.origin === undefined ? [] : [originField(account.origin)],
	};
}

/** The Group of an open channel (FEP-1b12). */
export async function channelActor(
	context: PublishingContext,
	{ channel, group, isListed }: OpenChannel,
): Promise<object> {
	const { host, ids } = context;
	const id = ids.actor({ kind: "channel", channel: channel.id });
	const posters = channel.permissions?.post ?? group.permissions.post;
	return {
		...(await common(context, id, channel.handle ?? channel.id)),
		type: "Group",
		name: `${group.name}: ${channel.name}`,
		summary: host.text.toHtml(channel.topic === "" ? group.description : channel.topic, "text/plain"),
		url: ids.pages.channel(channel),
		webfinger: `${channel.handle ?? channel.id}@${host.about.domain}`,
		attributedTo: `${id}/moderators`,
		postingRestrictedToMods: !posters.includes("member") && !posters.includes("anyone"),
		manuallyApprovesFollowers: group.joinPolicy !== "open",
		discoverable: isListed,
		indexable: isListed,
		published: new Date(channel.createdAt).toISOString(),
		attachment: [],
	};
}

/** The provider itself. It signs our GET requests and cannot be followed. */
export async function instanceActor(context: PublishingContext): Promise<object> {
	const { host, ids } = context;
	return {
		...(await common(context, ids.instance, ids.instanceName)),
		type: "Application",
		name: host.about.instance.name,
		summary: host.text.toHtml(host.about.instance.description, "text/plain"),
		url: host.about.origin,
		webfinger: `${ids.instanceName}@${host.about.domain}`,
		manuallyApprovesFollowers: true,
		discoverable: false,
		indexable: false,
		attachment: [],
	};
}

async function common({ ids, keys }: PublishingContext, id: string, username: string) {
	const { publicKeyPem } = await keys.of(id);
	return {
		"@context": actorContext,
		id,
		preferredUsername: username,
		inbox: `${id}/inbox`,
		outbox: `${id}/outbox`,
		followers: `${id}/followers`,
		following: `${id}/following`,
		featured: `${id}/featured`,
		endpoints: { sharedInbox: ids.sharedInbox },
		publicKey: { id: ids.keyId(id), owner: id, publicKeyPem },
		alsoKnownAs: [],
		tag: [],
	};
}

/** A bridged account is marked with its origin (design §9 rule 8). */
function originField({ bridge, id, url }: NonNullable<Account["origin"]>): object {
	return { type: "PropertyValue", name: `Bridged from ${bridge}`, value: escapeHtml(url ?? id) };
}
