import { textOf } from "../../faults/views.ts";
import type { FakeHomeserver } from "../../peers/fake-homeserver.ts";
import type { Room, RoomEvent } from "../../peers/fake-homeserver-rooms.ts";

type Content = RoomEvent["content"];

/** What the story needs to know of the provider's people in the room. */
export interface Cast {
	/** The event by which a memo of one of our people was delivered to the room. */
	readonly memo: string;
	/** The ghosts of two of our people; both are in the room. */
	readonly ghosts: readonly [string, string];
}

/**
 * What happens in a room, in this order: every kind of event that is bridged, and each way in which one undoes another. Alice has power
 * there. Returns the new events as they were sent, with the contents that were redacted later.
 */
export function tellStory(homeserver: FakeHomeserver, room: Room, alice: string, cast: Cast): readonly RoomEvent[] {
	const [bob, carol, dave, erin, frank, mallory] = ["bob", "carol", "dave", "erin", "frank", "mallory"].map((name) =>
		homeserver.user(name),
	) as [string, string, string, string, string, string];
	const told: RoomEvent[] = [];
	const note = (event: RoomEvent): string => {
		told.push({ ...event });
		return event.event_id;
	};
	const text = (name: string, version = 1): Content => ({ msgtype: "m.text", body: textOf(name, version) });
	const html = (name: string, version = 1): Content => ({
		...text(name, version),
		format: "org.matrix.custom.html",
		formatted_body: `<b>${textOf(name, version)}</b>`,
	});
	const say = (by: string, content: Content): string => note(room.send(by, "m.room.message", content));
	const reply = (by: string, to: string, content: Content): string =>
		say(by, { ...content, "m.relates_to": { "m.in_reply_to": { event_id: to } } });
	const edit = (by: string, event: string, content: Content): string =>
		say(by, { ...content, "m.new_content": content, "m.relates_to": { rel_type: "m.replace", event_id: event } });
	const react = (by: string, event: string, key: string): string =>
		note(room.send(by, "m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: event, key } }));
	const redact = (by: string, event: string): string => note(room.redact(by, event));
	const member = (user: string, membership: string, more: Content = {}, by = user): string =>
		note(room.setMember(by, user, { membership, ...more }));
	const join = (user: string, displayname = `The ${user.slice(1).split(":")[0]}`) =>
		member(user, "join", { displayname });

	for (const user of [bob, carol, dave, erin, frank, mallory]) join(user);
	// Texts, formatted ones, and replies to replies.
	const [m1, m2] = [say(alice, text("m1")), say(bob, html("m2"))];
	const m3 = reply(carol, m1, text("m3"));
	const m4 = reply(bob, m3, html("m4"));
	const m9 = reply(dave, cast.memo, text("m9"));
	reply(erin, m9, text("m10"));
	// Edits, in turn, withdrawn while shown, and withdrawn after a later one.
	const m1v2 = edit(alice, m1, text("m1", 2));
	edit(alice, m1, text("m1", 3));
	redact(bob, edit(bob, m2, html("m2", 2)));
	const m3v2 = edit(carol, m3, text("m3", 2));
	edit(carol, m3, html("m3", 3));
	redact(carol, m3v2);
	edit(bob, m4, text("m4", 2));
	edit(bob, m4, html("m4"));
	// Somebody else's edit has no effect.
	edit(mallory, m1, text("m1", 9));
	// What names an edit means its message.
	reply(alice, m1v2, text("m5"));
	react(bob, m1v2, "🎉");
	// Reactions, withdrawn and made again.
	react(bob, m1, "👍");
	redact(carol, react(carol, m1, "👍"));
	react(carol, m1, "👍");
	redact(dave, react(dave, m1, "👍\uFE0F"));
	react(bob, cast.memo, "❤️");
	redact(erin, react(erin, cast.memo, "❤️"));
	// Deletions: by the author, with edits, reactions and replies; by a moderator of the room.
	const m6 = say(carol, text("m6"));
	edit(carol, m6, text("m6", 2));
	react(bob, m6, "👍");
	reply(bob, m6, text("m8"));
	redact(carol, m6);
	const m7 = say(bob, text("m7"));
	redact(alice, m7);
	// People come and go, and change their names.
	join(carol, "Caroline");
	join(carol, "Caro");
	member(dave, "leave");
	member(erin, "leave");
	join(erin);
	member(mallory, "ban", {}, alice);
	member(frank, "ban", {}, alice);
	member(frank, "leave", {}, alice);
	note(room.setState(alice, "m.room.name", "", { name: "Den" }));
	note(room.setState(alice, "m.room.name", "", { name: "Lair" }));
	// One ghost is kicked for good, one is kicked and invited again.
	const [staysOut, comesBack] = cast.ghosts;
	for (const ghost of cast.ghosts) member(ghost, "leave", {}, alice);
	member(comesBack, "ban", {}, alice);
	member(comesBack, "leave", {}, alice);
	member(comesBack, "invite", {}, alice);
	member(staysOut, "ban", {}, alice);
	return told;
}
