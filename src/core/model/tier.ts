/** The id of a tier: a built-in one or one that the provider has defined. */
export type TierId = string;

/** What a tier allows. */
export interface TierRules {
	/** Who may read: anyone, the group's members, or only the members of the channel itself. */
	readonly read: "anyone" | "group" | "channel";
	/** Whether messages may leave the provider: to any requester if anyone may read, otherwise only to the homes of the readers. */
	readonly federate: boolean;
	/** Whether messages are announced to people who did not ask for the single message. */
	readonly broadcast: boolean;
	/** Whether search finds the messages and directories list the channel. */
	readonly search: boolean;
}

/** The visibility of a channel (OFSCP §10). Tiers are data; the store holds them. */
export interface Tier {
	readonly id: TierId;
	readonly name: string;
	readonly description: string;
	readonly rules: TierRules;
}

/** The tiers that always exist, from the narrowest to the widest. */
export const builtInTiers = [
	{
		id: "private",
		name: "Private",
		description: "Only people who were added to this channel can see it.",
		rules: { read: "channel", federate: false, broadcast: false, search: false },
	},
	{
		id: "group",
		name: "Group",
		description: "Every member of the group can see this channel.",
		rules: { read: "group", federate: false, broadcast: false, search: false },
	},
	{
		id: "members",
		name: "Members",
		description:
			"Every member of the group can see this channel, wherever they live; it goes to their homes and nowhere else.",
		rules: { read: "group", federate: true, broadcast: false, search: false },
	},
	{
		id: "public",
		name: "Public",
		description: "Visible to anyone with the link; other networks can follow it. Not listed.",
		rules: { read: "anyone", federate: true, broadcast: false, search: false },
	},
	{
		id: "discoverable",
		name: "Discoverable",
		description: "Visible to anyone, listed, searchable, and announced to other networks.",
		rules: { read: "anyone", federate: true, broadcast: true, search: true },
	},
] as const satisfies readonly Tier[];

/** True for a tier that always exists and that not everyone may read. */
export const isClosedTier = (id: TierId): boolean =>
	builtInTiers.some((tier) => tier.id === id && tier.rules.read !== "anyone");
