import type { CoreContext } from "#core/events/context.ts";
import type { Place } from "#core/groups/place.ts";
import type { MessageId } from "#core/ids.ts";
import { type Account, isLocal } from "#core/model/account.ts";
import { type Channel, channelName } from "#core/model/channel.ts";
import type { Message } from "#core/model/message.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { Alternate, Subject } from "#core/ports/bridge/resolvers.ts";

type Site = Pick<CoreContext, "origin" | "domain">;

export const apiChannelPath = ({ group, channel }: Place): string => `/api/groups/${group.id}/channels/${channel.id}`;
export const apiMessagePath = (place: Place, message: MessageId): string =>
	`${apiChannelPath(place)}/messages/${message}`;

/** A person's name in the path of a page: without the domain for our own people. */
const pageName = ({ domain }: Site, account: Account): string =>
	account.domain === domain ? account.handle : `${account.handle}@${account.domain}`;

/**
 * The URL of a person's profile page; for people of the fediverse the page on their own server, or their actor if they name no page there:
 * a page of ours belongs to someone else.
 */
export function personUrl(site: Site, account: Account): string {
	const { url, id } = account.origin ?? {};
	const elsewhere = [url, id].find((named) => isWebUrl(named) && !isOurs(site, named));
	return isLocal(account) || elsewhere === undefined ? `${site.origin}/@${pageName(site, account)}` : elsewhere;
}

/** Whether a text that another network has named is a link that can be followed. */
export const isWebUrl = (text: string | undefined): text is string => text !== undefined && /^https?:\/\//i.test(text);
const isOurs = ({ origin }: Site, url: string): boolean => URL.parse(url)?.origin === origin;

/** The URL of an open channel's page. */
export const channelUrl = ({ origin }: Site, channel: Channel): string =>
	channel.kind === "room" ? `${origin}/c/${channelName(channel)}` : `${origin}/@${channelName(channel)}`;

/** The URL of the page of a message in an open channel. */
export const messageUrl = (site: Site, author: Account, message: Pick<Message, "id">): string =>
	`${site.origin}/@${pageName(site, author)}/${message.id}`;

/** The URL of a tag's page. @param key as `tagKey` makes it */
export const tagUrl = ({ origin }: Site, key: string): string => `${origin}/tags/${encodeURIComponent(key)}`;

/** The URL of the same object on another network. */
export function alternateOf(bridges: readonly Bridge[], subject: Subject): Alternate | undefined {
	for (const bridge of bridges) {
		const { alternate } = bridge.resolvers;
		if (alternate !== "unsupported") return alternate(subject);
	}
	return undefined;
}
