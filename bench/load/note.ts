const people = "https://www.w3.org/ns/activitystreams#Public";

/** The context of a note with tags, as Mastodon writes it. */
const context = [
	"https://www.w3.org/ns/activitystreams",
	{
		ostatus: "http://ostatus.org#",
		atomUri: "ostatus:atomUri",
		inReplyToAtomUri: "ostatus:inReplyToAtomUri",
		conversation: "ostatus:conversation",
		sensitive: "as:sensitive",
		toot: "http://joinmastodon.org/ns#",
		votersCount: "toot:votersCount",
		Hashtag: "as:Hashtag",
	},
];

export interface NoteFields {
	/** The author's actor id. */
	readonly author: string;
	/** A unique word. It is the last part of the ids, and part of the text. */
	readonly marker: string;
	/** The account that the note mentions. */
	readonly mentioned: { readonly id: string; readonly address: string };
}

/** A `Create` of a public note, about 2.2 kB, in the form in which Mastodon sends it. */
export function createOfNote({ author, marker, mentioned }: NoteFields): string {
	const id = `${author}/statuses/${marker}`;
	const { origin } = new URL(author);
	const published = new Date().toISOString();
	const to = [people];
	const cc = [`${author}/followers`, mentioned.id];
	const content = [
		`<p><span class="h-card" translate="no"><a href="${mentioned.id}" class="u-url mention">@<span>${mentioned.address.split("@", 1)[0]}</span></a></span> `,
		`The marker of this one is ${marker}. Boats left before it was light; by noon all of them came home.</p>`,
	].join("");
	return JSON.stringify({
		"@context": context,
		id: `${id}/activity`,
		type: "Create",
		actor: author,
		published,
		to,
		cc,
		object: {
			id,
			type: "Note",
			summary: null,
			inReplyTo: null,
			published,
			url: `${origin}/@${author.split("/").at(-1)}/${marker}`,
			attributedTo: author,
			to,
			cc,
			sensitive: false,
			atomUri: id,
			inReplyToAtomUri: null,
			conversation: `tag:${new URL(author).host},2026-01-01:objectId=${marker}:objectType=Conversation`,
			content,
			contentMap: { en: content },
			attachment: [],
			tag: [
				{ type: "Mention", href: mentioned.id, name: `@${mentioned.address}` },
				{ type: "Hashtag", href: `${origin}/tags/harbour`, name: "#harbour" },
			],
			replies: {
				id: `${id}/replies`,
				type: "Collection",
				first: {
					type: "CollectionPage",
					next: `${id}/replies?only_other_accounts=true&page=true`,
					partOf: `${id}/replies`,
					items: [],
				},
			},
		},
	});
}
