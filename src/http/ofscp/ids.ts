import { z } from "zod";

const idOf = (prefix: string, name: string, what: string) =>
	z
		.string()
		.regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`))
		.meta({ id: name, description: `The id of ${what}.` });

export const accountId = idOf("usr", "AccountId", "an account");
export const groupId = idOf("grp", "GroupId", "a group");
export const channelId = idOf("chn", "ChannelId", "a channel");
export const messageId = idOf("msg", "MessageId", "a message");
export const bridgeLinkId = idOf("brg", "BridgeLinkId", "a link between a channel and a room");

/** A person's address in the API. */
export const address = z
	.string()
	.meta({ id: "Address", description: "`handle@domain`; empty if the person is no longer known." });
