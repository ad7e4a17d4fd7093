/** The vocabulary of ActivityStreams 2.0, and its JSON-LD context. */
export const AS2 = "https://www.w3.org/ns/activitystreams";

/** The public collection. Always sent in full: `as:Public` is accepted from others, but many servers do not recognise it. */
export const PUBLIC = `${AS2}#Public`;

export const ACTIVITY_TYPE = "application/activity+json";
/** The content type that we send. */
export const ACTIVITY_JSON = `${ACTIVITY_TYPE}; charset=utf-8`;
/** The `Accept` header of our requests (ActivityPub §3.2). */
export const ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"';

const SECURITY = "https://w3id.org/security/v1";

export const objectContext = [
	AS2,
	{
		Hashtag: "as:Hashtag",
		sensitive: "as:sensitive",
		toot: "http://joinmastodon.org/ns#",
		Emoji: "toot:Emoji",
		misskey: "https://misskey-hub.net/ns#",
		_misskey_reaction: "misskey:_misskey_reaction",
	},
] as const;

export const actorContext = [
	AS2,
	SECURITY,
	{
		manuallyApprovesFollowers: "as:manuallyApprovesFollowers",
		toot: "http://joinmastodon.org/ns#",
		discoverable: "toot:discoverable",
		indexable: "toot:indexable",
		featured: { "@id": "toot:featured", "@type": "@id" },
		alsoKnownAs: { "@id": "as:alsoKnownAs", "@type": "@id" },
		schema: "http://schema.org#",
		PropertyValue: "schema:PropertyValue",
		value: "schema:value",
		lemmy: "https://join-lemmy.org/ns#",
		postingRestrictedToMods: "lemmy:postingRestrictedToMods",
		webfinger: { "@id": "https://purl.archive.org/socialweb/webfinger#webfinger" },
	},
] as const;

/** The activities that this bridge knows; what each means is in `incoming/activities.ts` and `incoming/undo.ts`. */
export const activityTypes = [
	"Create",
	"Update",
	"Delete",
	"Follow",
	"Accept",
	"Reject",
	"Undo",
	"Like",
	"EmojiReact",
	"EmojiReaction",
	"Block",
	"Announce",
	"Add",
	"Remove",
	"Move",
	"Flag",
	"Dislike",
] as const;
export type ActivityType = (typeof activityTypes)[number];

const actorTypeNames = ["Person", "Service", "Application", "Group", "Organization"] as const;
export type ActorType = (typeof actorTypeNames)[number];
export const actorTypes: ReadonlySet<ActorType> = new Set(actorTypeNames);

/** The objects that become a memo or an article here; how each is shown is decided in `incoming/content.ts`. */
const objectTypeNames = [
	"Note",
	"Article",
	"Page",
	"Question",
	"Event",
	"Video",
	"Audio",
	"Image",
	"Document",
] as const;
export type ObjectType = (typeof objectTypeNames)[number];
export const objectTypes: ReadonlySet<ObjectType> = new Set(objectTypeNames);
