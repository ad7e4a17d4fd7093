import test from "ava";
import { HomeserverError } from "../../../../bridges/matrix/homeserver.ts";
import { powerOf } from "../../../../bridges/matrix/rooms/power.ts";
import { readRoom } from "../../../../bridges/matrix/rooms/room-state.ts";
import { room, scriptedHomeserver } from "../matrix-scene.ts";

const [creator, second, alice, bob] = ["@creator:hs", "@second:hs", "@alice:hs", "@bob:hs"];
const creation = (room_version?: unknown, more: object = {}) => ({
	sender: creator,
	content: { ...(room_version === undefined ? {} : { room_version }), ...more },
});
const levels = { users: { [alice]: 100, [bob]: 50 }, users_default: 10, events: { "m.room.power_levels": 100 } };

test("in every room version the listed levels count, and what is needed to change them", (t) => {
	for (const version of [undefined, "1", "6", "9", "10", "11", "12"]) {
		const power = powerOf(levels, creation(version));
		t.is(power.of(alice), 100);
		t.is(power.of("@else:hs"), 10);
		t.true(power.mayChangePower(alice));
		t.false(power.mayChangePower(bob));
	}
});

test("since version 12 creators stand above all levels; before, and in versions under trial, they do not", (t) => {
	const more = { additional_creators: [second, 7] };
	for (const version of ["12", "13", "20"]) {
		const power = powerOf(levels, creation(version, more));
		t.is(power.of(creator), Number.POSITIVE_INFINITY);
		t.true(power.mayChangePower(second));
	}
	for (const version of ["11", "1", undefined, "org.example.12", "012345", 12, "12.0", ""]) {
		const power = powerOf(levels, creation(version, more));
		t.false(power.mayChangePower(creator), String(version));
		t.false(power.mayChangePower(second));
	}
});

test("what is left open is 50 for state, 0 for people; without levels the creator alone has any", (t) => {
	const bare = powerOf({ users: { [bob]: 50 } }, creation("10"));
	t.true(bare.mayChangePower(bob));
	t.false(bare.mayChangePower(alice));
	const none = powerOf(undefined, creation("10"));
	t.true(none.mayChangePower(creator));
	t.false(none.mayChangePower(alice));
	t.true(powerOf(undefined, { content: { creator: alice } }).mayChangePower(alice));
});

test("levels that are strings are numbers; levels that are nonsense are what they default to", (t) => {
	const power = powerOf({ users: { [alice]: "100", [bob]: {} }, users_default: null, state_default: "75" }, creation());
	t.is(power.of(alice), 100);
	t.is(power.of(bob), 0);
	t.is(power.of("constructor"), 0);
	t.true(power.mayChangePower(alice));
	for (const odd of [{ users: [] }, { users: "x", events: 5 }, {}]) t.false(powerOf(odd, {}).mayChangePower(alice));
});

test("a room's state is read whether or not the homeserver knows whole events", async (t) => {
	const homeserver = scriptedHomeserver();
	homeserver.script = ({ path }) => {
		if (/encryption|tombstone|join_rules/.test(path)) throw new HomeserverError(404, "M_NOT_FOUND", "none");
		return path.includes("power_levels") ? levels : creation("10");
	};
	const { power, encrypted, isPublic, replacement } = await readRoom(homeserver, room);
	t.true(power.mayChangePower(alice));
	t.deepEqual([encrypted, isPublic, replacement], [false, false, undefined]);
	homeserver.script = () => ({ content: { algorithm: "m.megolm.v1.aes-sha2" } });
	t.true((await readRoom(homeserver, room)).encrypted);
	homeserver.script = () => {
		throw new HomeserverError(403, "M_FORBIDDEN", "not in the room");
	};
	await t.throwsAsync(readRoom(homeserver, room), { instanceOf: HomeserverError });
});

test("what is needed to send, invite and redact is what the levels say, else what Matrix says", (t) => {
	const needed = (content: object) => powerOf(content as never, creation("10")).needed;
	t.deepEqual(needed({}), { message: 0, invite: 0, redact: 50 });
	t.deepEqual(needed({ events_default: 50, invite: "50", redact: 75 }), { message: 50, invite: 50, redact: 75 });
	t.is(needed({ events_default: 50, events: { "m.room.message": 0 } }).message, 0);
	t.is(needed({ events: { "m.room.message": 10 } }).message, 10);
});
