/** Handles that could be mistaken for the provider itself, a role in it, or a part of a URL. */
const reserved = new Set(
	`about abuse account accounts activitypub actor actors admin administrator all api app apps article articles
	auth billing blog bot bots c calls causeway channel channels community config contact dashboard developer dm
	dms docs download email everyone explore fasp federation fediverse feed feeds files follow followers
	following group groups guest health help here home host hostmaster inbox info instance invite invites join
	legal link links localhost login logout mail mailer-daemon matrix me media member members memo memos message
	messages metrics migration mod moderator moderators mods news no-reply nobody nodeinfo noreply notification
	notifications null oauth object objects official ofscp openid operator outbox owner passkey password ping
	poll polls polyproto postmaster privacy private profile provider public reaction reactions recover recovery
	register registration relay report reports root rules search security service session sessions settings
	signin signup staff static status support sysadmin system team terms tier tiers timeline token tokens
	undefined user users webfinger webhook webhooks webmaster well-known www you`.split(/\s+/),
);

/** True for a handle that no account or channel may have. */
export const isReservedHandle = (handle: string): boolean => reserved.has(handle);
