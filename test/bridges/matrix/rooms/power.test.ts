import test from "ava";
import { HomeserverError } from "../../../../bridges/matrix/homeserver.ts";
import { powerOf, readPower } from "../../../../bridges/matrix/rooms/power.ts";
import { room, scriptedHomeserver } from "../matrix-scene.ts";

const [creator, second, alice, bob] = ["@creator:hs", "@second:hs", "@alice:hs", "@bob:hs"];
const creation = (room_version?: unknown, more: object = {}) => ({
	sender: creator,
	content: { ...(room_version === undefined ? {} : { room_version }), ...more },
});
const levels = { users: { [alice]: 100, [bob]: 50 }, users_default: 10, events: { "m.room.power_levels": 100 } };

test("in every room version the listed levels count, and what is needed to change them", (t) => {
	for (const version of [undefined, "1", "6", "9", "10", "11", "12"]) {
		const power = powerOf(levels, creation(version), false);
		t.is(power.of(alice), 100);
		t.is(power.of("@else:hs"), 10);
		t.true(power.mayChangePower(alice));
		t.false(power.mayChangePower(bob));
	}
});

test("since version 12 creators stand above all levels; before, and in versions under trial, they do not", (t) => {
	const more = { additional_creators: [second, 7] };
	for (const version of ["12", "13", "20"]) {
		const power = powerOf(levels, creation(version, more), false);
		t.is(power.of(creator), Number.POSITIVE_INFINITY);
		t.true(power.mayChangePower(second));
	}
	for (const version of ["11", "1", undefined, "org.example.12", "012345", 12, "12.0", ""]) {
		const power = powerOf(levels, creation(version, more), false);
		t.false(power.mayChangePower(creator), String(version));
		t.false(power.mayChangePower(second));
	}
});

test("what is left open is 50 for state, 0 for people; without levels the creator alone has any", (t) => {
	const bare = powerOf({ users: { [bob]: 50 } }, creation("10"), false);
	t.true(bare.mayChangePower(bob));
	t.false(bare.mayChangePower(alice));
	const none = powerOf(undefined, creation("10"), false);
	t.true(none.mayChangePower(creator));
	t.false(none.mayChangePower(alice));
	t.true(powerOf(undefined, { content: { creator: alice } }, false).mayChangePower(alice));
});

test("levels that are strings are numbers; levels that are nonsense are what they default to", (t) => {
	const power = powerOf(
		{ users: { [alice]: "100", [bob]: {} }, users_default: null, state_default: "75" },
		creation(),
		false,
	);
	t.is(power.of(alice), 100);
	t.is(power.of(bob), 0);
	t.is(power.of("constructor"), 0);
	t.true(power.mayChangePower(alice));
	for (const odd of [{ users: [] }, { users: "x", events: 5 }, {}])
		t.false(powerOf(odd, {}, false).mayChangePower(alice));
});

test("a room's state is read whether or not the homeserver knows whole events", async (t) => {
	const homeserver = scriptedHomeserver();
	homeserver.script = ({ path }) => {
		if (path.includes("m.room.encryption")) throw new HomeserverError(404, "M_NOT_FOUND", "none");
		return path.includes("power_levels") ? levels : creation("10");
	};
	const power = await readPower(homeserver, room);
	t.true(power.mayChangePower(alice));
	t.false(power.encrypted);
	homeserver.script = () => ({ content: { algorithm: "m.megolm.v1.aes-sha2" } });
	t.true((await readPower(homeserver, room)).encrypted);
	homeserver.script = () => {
		throw new HomeserverError(403, "M_FORBIDDEN", "not in the room");
	};
	await t.throwsAsync(readPower(homeserver, room), { instanceOf: HomeserverError });
});
