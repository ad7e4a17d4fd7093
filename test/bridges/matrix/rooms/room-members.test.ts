import test from "ava";
import type { RemoteEvent } from "#core/ports/bridge/remote-event.ts";
import { HomeserverError } from "../../../../bridges/matrix/homeserver.ts";
import { until } from "../../../support/wait.ts";
import { bot, room } from "../matrix-scene.ts";
import { answer, openRoomScene, type RoomScene } from "./room-scene.ts";

type Joined = Record<string, { display_name?: unknown } | null>;

/** A room with users, whose link waits. */
function open(users: Joined): RoomScene & { users: Joined; changes(): readonly string[] } {
	const scene = openRoomScene();
	const { homeserver, said } = scene;
	const { script } = homeserver;
	const opened = {
		...scene,
		users,
		changes: () => said().flatMap((event) => (isMembership(event) ? [`${event.kind} ${event.sender.id}`] : [])),
	};
	homeserver.script = (asked) => (asked.path.endsWith("/joined_members") ? { joined: opened.users } : script(asked));
	return opened;
}
const isMembership = ({ kind }: RemoteEvent): boolean => kind === "join" || kind === "leave";

async function agree({ judged, push }: RoomScene): Promise<void> {
	await judged();
	await push([answer("CODEX1")]);
	await judged();
}
const imported = ({ host }: RoomScene): Promise<unknown> =>
	until("the members are imported", () => host.state.get(`members:${room}`));

test("who was in the room before the link are members, with the names that the room's state has", async (t) => {
	const scene = open({
		"@ann:hs.test": { display_name: "Ann" },
		"@bob:far.test": { display_name: "Bob\u202e of\nfar" },
		"@carl:hs.test": {},
		"@dora:hs.test": null,
		"@erna:hs.test": { display_name: 7 },
		[bot]: { display_name: "bot" },
		"@_ofscp_jane=40here.example:hs.test": { display_name: "jane" },
	});
	await agree(scene);
	await imported(scene);
	t.deepEqual(
		scene.said().map((event) => [event.kind, event.sender.id, event.sender.profile.displayName]),
		[
			["join", "@ann:hs.test", "Ann"],
			["join", "@bob:far.test", "Bob of far"],
			["join", "@carl:hs.test", "carl"],
			["join", "@dora:hs.test", "dora"],
			["join", "@erna:hs.test", "erna"],
		],
	);
	t.false(scene.homeserver.lines().some((line) => line.includes("/profile/")));
});

test("members are not imported before the link is active, and once for each time that it becomes active", async (t) => {
	const scene = open({ "@ann:hs.test": {} });
	const { judged, state, push } = scene;
	await judged();
	t.deepEqual(scene.changes(), []);
	await push([answer("CODEX1")]);
	await judged();
	await imported(scene);
	await judged();
	t.deepEqual(scene.changes(), ["join @ann:hs.test"]);
	const { levels } = state;
	state.levels = { ...levels, events_default: 50 };
	t.like(await judged(), { state: "degraded" });
	scene.users = { "@bob:hs.test": {} };
	state.levels = levels;
	t.like(await judged(), { state: "active" });
	await until("bob is a member", () => scene.changes().includes("join @bob:hs.test"));
	await imported(scene);
	t.is(scene.changes().filter((change) => change === "join @ann:hs.test").length, 1);
});

test("whose membership ended while the link was not active, or while others were imported, are members no longer", async (t) => {
	const scene = open({ "@ann:hs.test": {} });
	const { host, link } = scene;
	const { channel } = link("brg_1");
	const remote = (id: string) =>
		host.person(`_matrix_${id}`, {
			origin: { bridge: host.about.bridge, id },
			profile: { displayName: `Name of ${id}` },
		});
	for (const account of [remote("@gone:hs.test"), remote("@ann:hs.test"), host.person("local")])
		host.memberships.push({ channel, account } as never);
	await agree(scene);
	await imported(scene);
	t.deepEqual(scene.changes(), ["join @ann:hs.test", "leave @gone:hs.test"]);
	t.is(scene.said().at(-1)?.sender.profile.displayName, "Name of @gone:hs.test");
});

test("a link that an earlier version activated gets the members of its room at the start, and an import that failed is repeated", async (t) => {
	const scene = open({ "@ann:hs.test": {} });
	const { portals, link, bridge, homeserver, host } = scene;
	await host.state.set(`consent:${room}`, { agreed: "operator" });
	portals.set("brg_1", { ...link("brg_1"), state: "active" });
	const { script } = homeserver;
	let failures = 0;
	homeserver.script = (asked) => {
		if (!asked.path.endsWith("/joined_members") || failures++ > 0) return script(asked);
		throw new HomeserverError(502, "", "down");
	};
	const stopping = new AbortController();
	t.teardown(() => stopping.abort());
	await bridge.start(stopping.signal);
	await until("the import has failed", () => failures > 0);
	host.clock.time += 11 * 60_000;
	await imported(scene);
	t.deepEqual(scene.changes(), ["join @ann:hs.test"]);
});

test("a large room is imported in parts", async (t) => {
	const users = Object.fromEntries(Array.from({ length: 1_050 }, (_, i) => [`@u${i}:hs.test`, {}]));
	const scene = open(users);
	const { receive } = scene.host;
	const sizes: number[] = [];
	Object.assign(scene.host, {
		receive: async (events: readonly RemoteEvent[]) => {
			if (events.some(isMembership)) sizes.push(events.length);
			return receive(events);
		},
	});
	await agree(scene);
	await imported(scene);
	t.is(
		sizes.reduce((sum, size) => sum + size, 0),
		1_050,
	);
	t.true(Math.max(...sizes) <= 100);
});
