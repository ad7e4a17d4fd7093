import test from "ava";
import { Unavailable } from "#core/errors.ts";
import { HomeserverError } from "../../../../bridges/matrix/homeserver.ts";
import { openScene, refused, room } from "../matrix-scene.ts";

async function open() {
	const scene = openScene();
	const { room: findRoom } = scene.bridge.resolvers;
	if (findRoom === "unsupported") throw new Error("rooms of Matrix can be found");
	return { ...scene, findRoom };
}
const reach = { bridge: "matrix", target: room, lane: `matrix:${room}` };

test("a room's id is its name, and no one is asked", async (t) => {
	const { findRoom, homeserver } = await open();
	t.deepEqual(await findRoom(room), reach as never);
	t.deepEqual(homeserver.asked, []);
});

test("an alias is resolved by the homeserver", async (t) => {
	const { findRoom, homeserver } = await open();
	homeserver.script = () => ({ room_id: room });
	t.deepEqual(await findRoom("#den:hs.test"), reach as never);
	t.deepEqual(homeserver.lines(), ["GET /directory/room/#den:hs.test"]);
});

test("what is no room's name, an unknown alias and an absurd answer are no room", async (t) => {
	const { findRoom, homeserver } = await open();
	for (const name of ["", "den", "@alice:hs.test", "#", "#a b", "#a\n", `#${"a".repeat(300)}`, "!", "!a b", "!\u0000"])
		t.is(await findRoom(name), undefined, JSON.stringify(name));
	t.deepEqual(homeserver.asked, []);
	homeserver.script = () => ({ room_id: "den" });
	t.is(await findRoom("#den:hs.test"), undefined);
	homeserver.script = () => {
		throw refused(404, "M_NOT_FOUND");
	};
	t.is(await findRoom("#den:hs.test"), undefined);
});

test("a homeserver that is away is said to be away", async (t) => {
	const { findRoom, homeserver } = await open();
	homeserver.script = () => {
		throw new HomeserverError(0, "", "no answer");
	};
	await t.throwsAsync(findRoom("#den:hs.test"), { instanceOf: Unavailable });
});
