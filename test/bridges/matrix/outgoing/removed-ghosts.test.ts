import test from "ava";
import type { Delivery } from "#core/ports/bridge/delivery.ts";
import { seededRandom } from "../../../support/random.ts";
import { shuffled } from "../../../support/shuffled.ts";
import { bot, event, refused, room } from "../matrix-scene.ts";
import { openDeliveryScene } from "./delivery-scene.ts";

const jane = "@_ofscp_jane=40here.example:hs.test";
const moderator = "@moderator:hs.test";

/** What may have happened to jane's ghost in the room, and whether it is out because of it. */
const histories: readonly {
	readonly name: string;
	readonly steps: readonly (readonly [membership: string, sender: string])[];
	readonly isOut: boolean;
}[] = [
	{ name: "a kick", steps: [["leave", moderator]], isOut: true },
	{ name: "a ban", steps: [["ban", moderator]], isOut: true },
	{
		name: "a kick and then a ban",
		steps: [
			["leave", moderator],
			["ban", moderator],
		],
		isOut: true,
	},
	{
		name: "a ban that was lifted",
		steps: [
			["ban", moderator],
			["leave", moderator],
		],
		isOut: false,
	},
	{
		name: "a kick and an invitation",
		steps: [
			["leave", moderator],
			["invite", moderator],
		],
		isOut: false,
	},
	{
		name: "a kick and an invitation by the bot",
		steps: [
			["leave", moderator],
			["invite", bot],
		],
		isOut: true,
	},
	{ name: "leaving by itself", steps: [["leave", jane]], isOut: false },
	{ name: "leaving because of the bot", steps: [["leave", bot]], isOut: false },
	{
		name: "a lifted ban and a kick",
		steps: [
			["ban", moderator],
			["leave", moderator],
			["leave", moderator],
		],
		isOut: true,
	},
];

function open() {
	const scene = openDeliveryScene();
	const { homeserver } = scene;
	const lines = () => homeserver.lines().map((line) => line.replace(/\/[\w-]{32}( |$)/, "/TXN$1"));
	let at = 1_700_000_000_000;
	const member = (membership: string, sender: string) =>
		event("m.room.member", { membership }, { state_key: jane, sender, origin_server_ts: ++at });
	return { ...scene, lines, member };
}

for (const { name, steps, isOut } of histories) {
	test(`after ${name}, a ghost ${isOut ? "says nothing more and does not come back" : "goes on speaking"}`, async (t) => {
		const { deliver, said, push, member, lines, homeserver, known } = open();
		await deliver(said("before"));
		await push(steps.map(([membership, sender]) => member(membership, sender)));
		homeserver.asked.length = 0;
		const message = said("after");
		const result = await deliver(message);
		const reaction = await deliver(known(message, ["$e"], { kind: "reaction", key: "👍", reaction: "r" }));
		if (!isOut) {
			t.deepEqual([result.status, reaction.status], ["delivered", "delivered"]);
			return;
		}
		// It is no dead letter: what was said meanwhile must not be said later.
		for (const refusal of [result, reaction]) t.like(refusal, { status: "rejected", reason: "unsupported" });
		t.deepEqual(lines(), []);
		t.like(await deliver(known(said("x"), ["$one"], { kind: "removal" })), { status: "delivered" });
		t.deepEqual(lines(), [`PUT /rooms/${room}/redact/$one/TXN`]);
	});
}

test("what came last counts, in whatever order and how often the homeserver sends it", async (t) => {
	const random = seededRandom();
	t.log(`seed ${random.seed}`);
	const steps = ["leave", "invite", "leave", "ban", "leave", "invite"];
	for (let end = 1; end <= steps.length; end++) {
		for (let round = 0; round < 5; round++) {
			const { deliver, said, push, member } = open();
			const events = steps.slice(0, end).map((membership) => member(membership, moderator));
			// Without an invitation after it, the end of a ban that comes alone can't be told from a kick.
			if (end === 5) continue;
			for (const one of shuffled(events, random, 3)) await push([one]);
			const isIn = steps[end - 1] === "invite";
			t.is((await deliver(said("after"))).status, isIn ? "delivered" : "rejected", `${end} steps`);
		}
	}
});

test("an invitation by a moderator whose homeserver's clock is behind counts, since the room's state has it", async (t) => {
	const { deliver, said, push, member, homeserver } = open();
	const invitation = member("invite", moderator);
	const kick = member("leave", moderator);
	homeserver.script = ({ path }) => (path.includes("/state/m.room.member/") ? invitation : undefined);
	for (const one of [kick, invitation, kick]) await push([one]);
	t.like(await deliver(said("after")), { status: "delivered" });
});

test("the person is told of each kick and ban of their ghost", async (t) => {
	const { push, member, host, person } = open();
	const told = () => host.received.flatMap((remote) => (remote.kind === "expulsion" ? [remote] : []));
	await push([member("leave", moderator)]);
	await push([
		member("invite", moderator),
		{ ...member("ban", moderator), content: { membership: "ban", reason: "spam" } },
	]);
	t.like(told()[0], { account: person.id, room, ban: false, sender: { id: moderator } });
	t.like(told()[1], { account: person.id, room, ban: true, reason: "spam" });
	await push([member("leave", jane), member("leave", bot), member("invite", bot)]);
	t.is(told().length, 2);
});

test("a kick that was not heard of holds: the homeserver is asked before a ghost that was refused comes back", async (t) => {
	for (const [membership, isRestarted] of [
		["leave", false],
		["ban", false],
		["leave", true],
		["ban", true],
	] as const) {
		const { deliver, said, lines, homeserver, host } = open();
		if (isRestarted) await host.state.set(`joined:${room}/${jane}`, true);
		else await deliver(said("before"));
		homeserver.asked.length = 0;
		homeserver.script = ({ path }) => {
			if (path.includes("/send/") || path.startsWith("/join/")) throw refused(403, "M_FORBIDDEN");
			if (path.includes("/state/m.room.member/")) return { content: { membership }, sender: moderator };
			return undefined;
		};
		t.like(await deliver(said("after")), { status: "rejected", reason: "unsupported" });
		t.false(lines().some((line) => line.includes("/invite")));
	}
});

test("a removed ghost is remembered across a restart", async (t) => {
	const { deliver, said, push, member, host, homeserver } = open();
	await push([member("ban", moderator)]);
	const { createMatrix } = await import("../../../../bridges/matrix/index.ts");
	const again = createMatrix({ prefix: "_ofscp_", serverName: "hs.test", transactionBytes: 1_000_000 }, host, {
		homeserver,
		token: "t",
	});
	t.like(await again.deliver(said("x") as Delivery, AbortSignal.timeout(60_000)), { status: "rejected" });
	t.like(await deliver(said("x")), { status: "rejected" });
});

test("what a banned ghost has said is deleted by the bot, and is a dead letter if the bot may not either", async (t) => {
	const { deliver, said, push, member, known, homeserver } = open();
	await push([member("ban", moderator)]);
	homeserver.script = ({ path }) => {
		if (path.includes("/redact/")) throw refused(403, "M_FORBIDDEN");
		return path.includes("m.room.member") ? { membership: "join" } : undefined;
	};
	t.like(await deliver(known(said("x"), ["$one"], { kind: "removal" })), { status: "rejected", reason: "forbidden" });
});

test("the ghost of a deleted account loses its name and leaves, and what it said is deleted without it", async (t) => {
	const { deliver, said, known, person, host, lines, homeserver, bridge } = open();
	const message = said("x");
	await deliver(message);
	t.deepEqual(
		(await bridge.roomsOf?.(person))?.map(({ target, lane }) => [target, lane]),
		[[room, `matrix:${room}`]],
	);
	const gone = { ...person, profile: { displayName: "" }, deletedAt: 1 };
	host.accounts.set(gone.id, gone);
	homeserver.asked.length = 0;
	const removal = { kind: "account-removal", id: "usr/2", actor: gone, reach: message.reach };
	for (let i = 0; i < 2; i++) t.like(await deliver(removal), { status: "delivered" });
	t.deepEqual(lines().slice(0, 2), [
		`PUT /profile/${jane}/displayname as ${jane}`,
		`POST /rooms/${room}/leave as ${jane}`,
	]);
	t.deepEqual(homeserver.asked[0]?.body, { displayname: "" });
	t.deepEqual(await bridge.roomsOf?.(gone), []);
	homeserver.asked.length = 0;
	const theirs = { ...known(message, ["$one"], { kind: "removal" }), actor: gone };
	t.like(await deliver({ ...theirs, subject: { ...theirs.subject, author: gone } }), { status: "delivered" });
	t.deepEqual(lines(), [`PUT /rooms/${room}/redact/$one/TXN`]);
	// A bot without power leaves it to the ghost, which comes only for that.
	homeserver.asked.length = 0;
	homeserver.script = ({ path, as }) => {
		if (path.includes("/redact/") && as === undefined) throw refused(403, "M_FORBIDDEN");
		return undefined;
	};
	t.like(await deliver({ ...theirs, subject: { ...theirs.subject, author: gone } }), { status: "delivered" });
	t.is(lines().at(-1), `POST /rooms/${room}/leave as ${jane}`);
	t.false(lines().some((line) => line.includes("/displayname")));
});

test("the deletion of an account without a ghost makes none", async (t) => {
	const { deliver, person, lines } = open();
	const removal = { kind: "account-removal", id: "usr/2", actor: { ...person, deletedAt: 1 }, reach: { target: room } };
	t.like(await deliver(removal), { status: "delivered" });
	t.deepEqual(lines(), []);
});

test("the ghost of a person who has left the channel leaves the room, once, and comes back with their next message", async (t) => {
	const { deliver, said, person, lines, homeserver, bridge } = open();
	const message = said("x");
	const departure = { kind: "departure", id: "chn/9", at: 1, actor: person, reach: message.reach };
	t.like(await deliver(departure), { status: "delivered" });
	t.deepEqual(lines(), [], "a ghost that was never there is not made");
	await deliver(message);
	homeserver.asked.length = 0;
	homeserver.script = () => {
		throw refused(502, "");
	};
	t.like(await deliver(departure), { status: "retry", lane: true });
	homeserver.script = () => undefined;
	for (let i = 0; i < 2; i++) t.like(await deliver(departure), { status: "delivered" });
	const left = `POST /rooms/${room}/leave as ${jane}`;
	t.deepEqual(lines(), [left, left]);
	t.deepEqual(await bridge.roomsOf?.(person), []);
	await deliver(said("y"));
	t.true(lines().includes(`POST /join/${room} as ${jane}`));
});

for (const [name, refuses] of [
	["403", refused(403, "M_FORBIDDEN")],
	["404", refused(404, "M_NOT_FOUND")],
] as const)
	test(`a ghost that the room no longer has need not leave it (${name})`, async (t) => {
		const { deliver, said, person, lines, homeserver } = open();
		const message = said("x");
		await deliver(message);
		homeserver.asked.length = 0;
		homeserver.script = () => {
			throw refuses;
		};
		const departure = { kind: "departure", id: "chn/9", at: 1, actor: person, reach: message.reach };
		for (let i = 0; i < 2; i++) t.like(await deliver(departure), { status: "delivered" });
		t.deepEqual(lines(), [`POST /rooms/${room}/leave as ${jane}`]);
	});

test("the ghost of a person who has left comes back to edit or delete something, and leaves again", async (t) => {
	const { deliver, said, known, person, lines, homeserver, bridge } = open();
	const message = said("x");
	await deliver(message);
	const withdrawals = [
		known(message, ["$one"], { kind: "edit", mentions: [] }),
		known(message, ["$one"], { kind: "removal" }),
		{ ...known(message, ["$one"], { kind: "unreaction", key: "👍", reaction: "r" }), actor: person, remote: ["$two"] },
	];
	for (const withdrawal of withdrawals) {
		homeserver.asked.length = 0;
		t.like(await deliver(withdrawal), { status: "delivered" });
		t.false(
			lines().some((line) => line.includes("/leave")),
			"a ghost that is in the room stays",
		);
	}
	await deliver({ kind: "departure", id: "chn/9", at: 1, actor: person, reach: message.reach });
	for (const withdrawal of withdrawals) {
		homeserver.asked.length = 0;
		t.like(await deliver({ ...withdrawal, id: "chn/10" }), { status: "delivered" });
		t.true(lines().some((line) => /\/redact\/|\/send\//.test(line)));
		t.is(lines().at(-1), `POST /rooms/${room}/leave as ${jane}`);
		t.deepEqual(await bridge.roomsOf?.(person), []);
	}
});
