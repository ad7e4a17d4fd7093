import test from "ava";
import { until } from "../../support/wait.ts";
import { event, openScene, refused, room } from "./matrix-scene.ts";

function open() {
	const scene = openScene();
	const { bridge, host, homeserver } = scene;
	const { introduction } = bridge;
	if (introduction === undefined) throw new Error("The bridge has no introductions");
	const reach = { bridge: host.about.bridge, target: room, lane: `matrix:${room}` };
	const joins = () => homeserver.lines().filter((line) => line.startsWith("POST /join/"));
	return { ...scene, introduction, reach, joins, people: Array.from({ length: 40 }, (_, i) => host.person(`p${i}`)) };
}

test("ghosts are registered and join several at a time, and no more than a few", async (t) => {
	const { introduction, reach, joins, people, homeserver } = open();
	let [running, most] = [0, 0];
	homeserver.script = async () => {
		most = Math.max(most, ++running);
		await new Promise((resolve) => setImmediate(resolve));
		running--;
		return undefined;
	};
	await Promise.all(people.map((account) => introduction.introduce(account, reach)));
	t.is(joins().length, 40);
	t.true(most > 1 && most <= 8, `${most} at a time`);
	t.false(people.some((account) => introduction.isNeeded(account, reach)));
});

test("an introduction and a delivery at the same moment let a ghost join once", async (t) => {
	const { introduction, reach, joins, host, bridge, people } = open();
	const [account] = people;
	if (account === undefined) return t.fail();
	const place = host.channel(account, "public");
	const delivery = host.delivery(host.say(account, place, "x"), room);
	await Promise.all([introduction.introduce(account, reach), bridge.deliver(delivery, AbortSignal.timeout(60_000))]);
	t.is(joins().length, 1);
});

test("Matrix users, deleted accounts and ghosts that the room has removed are not introduced", async (t) => {
	const { introduction, reach, joins, host, push } = open();
	const alice = host.person("_matrix_alice", { origin: { bridge: host.about.bridge, id: "@alice:hs.test" } });
	t.false(introduction.isNeeded(alice, reach));
	t.false(introduction.isNeeded(host.person("gone", { deletedAt: 1 }), reach));
	const removed = host.person("removed");
	const user = "@_ofscp_removed=40here.example:hs.test";
	await push([event("m.room.member", { membership: "ban" }, { state_key: user, sender: "@moderator:hs.test" })]);
	await introduction.introduce(removed, reach);
	t.deepEqual(joins(), []);
});

test("nothing is introduced to a room without an active link, and who came while the link ended leaves", async (t) => {
	const { introduction, reach, joins, people, portals, homeserver } = open();
	const [first, second] = people;
	if (first === undefined || second === undefined) return t.fail();
	homeserver.script = ({ path }) => {
		if (path.startsWith("/join/")) portals.delete(room);
		return undefined;
	};
	await introduction.introduce(first, reach);
	await until("the ghost has left", () => homeserver.lines().some((line) => line.includes("/leave")));
	await introduction.introduce(second, reach);
	t.is(joins().length, 1);
});

test("a refusal is left to the delivery", async (t) => {
	const { introduction, reach, people, homeserver } = open();
	homeserver.script = () => {
		throw refused(403, "M_FORBIDDEN");
	};
	await t.notThrowsAsync(Promise.all(people.map((account) => introduction.introduce(account, reach))));
});
