/** What a tier allows (OFSCP §10): tiers are data, these four always exist. */
export interface Tier {
	readonly id: TierId;
	readonly name: string;
	readonly description: string;
	readonly rules: {
		readonly read: "anyone" | "group" | "channel";
		/** May leave the provider, to those who joined, follow or sit in a linked room. */
		readonly federate: boolean;
		/** Is announced to people who did not ask for the single item. */
		readonly broadcast: boolean;
		readonly search: boolean;
	};
}

export const tierIds = ["private", "group", "public", "discoverable"] as const;
export type TierId = (typeof tierIds)[number];

export const tiers: Readonly<Record<TierId, Tier>> = {
	private: {
		id: "private",
		name: "Private",
		description: "Only people who were added to this channel can see it.",
		rules: { read: "channel", federate: false, broadcast: false, search: false },
	},
	group: {
		id: "group",
		name: "Group",
		description: "Every member of the group can see this channel.",
		rules: { read: "group", federate: false, broadcast: false, search: false },
	},
	public: {
		id: "public",
		name: "Public",
		description: "Visible to anyone with the link; other networks can follow it. Not listed.",
		rules: { read: "anyone", federate: true, broadcast: false, search: false },
	},
	discoverable: {
		id: "discoverable",
		name: "Discoverable",
		description: "Visible to anyone, listed, searchable, and announced to other networks.",
		rules: { read: "anyone", federate: true, broadcast: true, search: true },
	},
};
