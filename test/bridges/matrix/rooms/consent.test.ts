import test from "ava";
import type { Delivery } from "#core/ports/bridge/delivery.ts";
import { HomeserverError } from "../../../../bridges/matrix/homeserver.ts";
import { until } from "../../../support/wait.ts";
import { bot, event, openScene, refused, room, type Scene, textEvent } from "../matrix-scene.ts";

const [admin, anybody] = ["@admin:hs.test", "@anybody:hs.test"];
interface RoomState {
	botPower: number;
	encrypted: boolean;
	/** Whether the bot is let in. */
	open: boolean;
}

/** A link that waits, and what its room says of itself. */
function waiting(): Scene & { readonly state: RoomState; judged(): Promise<string> } {
	const scene = openScene();
	const { portals, homeserver, host } = scene;
	portals.set(room, { ...portals.get(room)!, state: "waiting" });
	const state: RoomState = { botPower: 0, encrypted: false, open: true };
	homeserver.script = ({ path, method }) => {
		if (path.startsWith("/join/") && !state.open) throw refused(403, "M_FORBIDDEN");
		if (path.includes("m.room.encryption") && !state.encrypted) throw refused(404, "M_NOT_FOUND");
		if (method === "GET" && path.includes("m.room.power_levels"))
			return { content: { users: { [admin]: 100, [bot]: state.botPower } } };
		if (path.includes("/state/m.room.member/")) return { membership: state.open ? "join" : "leave" };
		if (path.includes("m.room.create")) return { sender: "@creator:hs.test", content: { room_version: "10" } };
		return undefined;
	};
	return {
		...scene,
		state,
		/** The state of the link after the next look at the room. */
		async judged() {
			const looks = () => host.received.filter((one) => one.kind === "portal").length;
			const before = looks();
			await until("the room is looked at", () => looks() > before);
			return portals.get(room)!.state;
		},
	};
}
const invite = (sender: string) => event("m.room.member", { membership: "invite" }, { sender, state_key: bot });
const powerChanged = () => event("m.room.power_levels", {}, { state_key: "", sender: admin });
const kick = (sender = admin, membership = "leave") =>
	event("m.room.member", { membership }, { sender, state_key: bot });

test("an invitation by a user with power and power for the bot make the link active, in either order", async (t) => {
	for (const order of ["invite first", "power first"]) {
		const { push, state, judged } = waiting();
		if (order === "invite first") {
			await push([invite(admin)]);
			t.is(await judged(), "waiting");
			state.botPower = 50;
			await push([powerChanged()]);
		} else {
			state.botPower = 50;
			await push([invite(admin)]);
		}
		t.is(await judged(), "active", order);
	}
});

test("an invitation by a user without power is not enough, whatever power the bot has", async (t) => {
	const { push, state, judged } = waiting();
	state.botPower = 100;
	await push([invite(anybody)]);
	t.is(await judged(), "waiting");
});

test("`link` said by a user with power is enough; by another user it is not, and can't undo it", async (t) => {
	const { push, judged, portals } = waiting();
	await push([textEvent("link", { sender: anybody })]);
	t.is(await judged(), "waiting");
	await push([textEvent(" Link ", { sender: admin })]);
	t.is(await judged(), "active");
	await push([textEvent("link", { sender: anybody })]);
	await push([powerChanged()]);
	await push([textEvent("unrelated", { sender: anybody })]);
	await new Promise((resolve) => setTimeout(resolve, 600));
	t.is(portals.get(room)?.state, "active");
});

test("taking the bot's power back withdraws what an invitation gave, and giving it again restores it", async (t) => {
	const { push, state, judged } = waiting();
	state.botPower = 50;
	await push([invite(admin)]);
	t.is(await judged(), "active");
	state.botPower = 0;
	await push([powerChanged()]);
	t.is(await judged(), "waiting");
	state.botPower = 50;
	await push([powerChanged()]);
	t.is(await judged(), "active");
});

test("the operator's word is enough, if the bot can come in", async (t) => {
	const { host, bridge, state, portals } = waiting();
	const place = host.channel(host.person("jane"), "public");
	const link = { kind: "link", room, consented: true, portal: "brg_1", ...place, reach: { target: room } };
	const deliver = () => bridge.deliver(link as never as Delivery, AbortSignal.timeout(60_000));
	state.open = false;
	t.like(await deliver(), { status: "delivered" });
	t.is(portals.get(room)?.state, "waiting");
	state.open = true;
	await deliver();
	t.is(portals.get(room)?.state, "active");
});

test("an encrypted room is refused, and told so once", async (t) => {
	const { push, state, judged, homeserver, host } = waiting();
	state.botPower = 100;
	state.encrypted = true;
	await push([invite(admin)]);
	t.is(await judged(), "degraded");
	await push([powerChanged()]);
	await judged();
	t.is(homeserver.lines().filter((line) => line.includes("/send/m.room.message/")).length, 1);
	t.like(host.received.at(-1), { reason: "the room is encrypted" });
});

test("an encrypted room where the bot may not speak is refused all the same", async (t) => {
	const { push, state, judged, homeserver } = waiting();
	state.encrypted = true;
	const { script } = homeserver;
	homeserver.script = (asked) => {
		if (asked.path.includes("/send/")) throw refused(403, "M_FORBIDDEN");
		return script(asked);
	};
	await push([invite(admin)]);
	t.is(await judged(), "degraded");
});

test("a bot that was thrown out says so, and comes back only when it is invited again", async (t) => {
	for (const membership of ["leave", "ban"]) {
		const { push, judged, homeserver, portals, state } = waiting();
		await push([textEvent("link", { sender: admin })]);
		t.is(await judged(), "active");
		await push([kick(admin, membership)]);
		t.is(portals.get(room)?.state, "degraded");
		const asked = homeserver.asked.length;
		await push([powerChanged(), textEvent("link", { sender: admin })]);
		await new Promise((resolve) => setTimeout(resolve, 600));
		t.is(homeserver.asked.length, asked);
		state.botPower = 50;
		await push([invite(admin)]);
		t.is(await judged(), "active");
	}
});

test("a bot that was thrown out does not come back before it has heard of it", async (t) => {
	const { push, judged, homeserver, state } = waiting();
	await push([textEvent("link", { sender: admin })]);
	await judged();
	const joins = () => homeserver.lines().filter((line) => line.startsWith("POST /join/")).length;
	const before = joins();
	state.open = false;
	await push([powerChanged()]);
	t.is(await judged(), "degraded");
	t.is(joins(), before);
});

test("the bot's own leaving, at the end of a link before this one, is no loss", async (t) => {
	const { push, portals } = waiting();
	await push([kick(bot)]);
	t.is(portals.get(room)?.state, "waiting");
});

test("a room that was replaced is over, whatever happens in it then", async (t) => {
	const { push, portals, state, judged } = waiting();
	state.botPower = 50;
	await push([invite(admin)]);
	await judged();
	await push([event("m.room.tombstone", { replacement_room: "!new:hs.test" }, { state_key: "", sender: admin })]);
	t.is(portals.get(room)?.state, "degraded");
	await push([powerChanged()]);
	await new Promise((resolve) => setTimeout(resolve, 600));
	t.is(portals.get(room)?.state, "degraded");
});

test("an active room that is encrypted is degraded before the homeserver's transaction is acknowledged", async (t) => {
	const { push, portals, judged } = waiting();
	await push([textEvent("link", { sender: admin })]);
	t.is(await judged(), "active");
	const algorithm = "m.megolm.v1.aes-sha2";
	await push([event("m.room.encryption", { algorithm }, { state_key: "", sender: admin })]);
	t.is(portals.get(room)?.state, "degraded");
});

test("a storm of changes costs a look now and then, not one for each", async (t) => {
	const { push, judged, homeserver } = waiting();
	for (let i = 0; i < 50; i++) await push([powerChanged(), powerChanged()]);
	await judged();
	const looks = homeserver.lines().filter((line) => line.includes("m.room.power_levels")).length;
	t.true(looks >= 1 && looks < 10, `${looks}`);
});

test("a room that could not be looked at is looked at again", async (t) => {
	const { push, homeserver, judged } = waiting();
	const { script } = homeserver;
	homeserver.script = () => {
		throw new HomeserverError(502, "", "down");
	};
	await push([textEvent("link", { sender: admin })]);
	await until("it was tried", () => homeserver.asked.length > 0);
	homeserver.script = script;
	t.is(await judged(), "active");
});

test("an active room is described to its people once, and no longer when the link ends", async (t) => {
	const { push, judged, homeserver, bridge, host } = waiting();
	await push([textEvent("link", { sender: admin })]);
	await judged();
	const described = () => homeserver.asked.filter(({ path }) => path.includes("/state/m.bridge/"));
	await until("it is described", () => described().length === 1);
	await push([powerChanged()]);
	await new Promise((resolve) => setTimeout(resolve, 600));
	t.is(described().length, 1);
	const place = host.channel(host.person("jane"), "public");
	await bridge.deliver(
		{ kind: "unlink", room, portal: "brg_1", ghosts: [], ...place, reach: { target: room } } as never as Delivery,
		AbortSignal.timeout(60_000),
	);
	t.deepEqual(described().at(-1)?.body, {});
	t.deepEqual(await host.state.list("consent:", { limit: 1 }), []);
	t.is(homeserver.lines().at(-1), `POST /rooms/${room}/leave as ${bot}`);
});
