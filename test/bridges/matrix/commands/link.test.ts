import { writeFile } from "node:fs/promises";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { type CommandContext, type CommandCore, SetupError, Usage } from "#bridge-kit";
import { bridgeName, type ChannelId, mintId } from "#core/ids.ts";
import type { Channel } from "#core/model/channel.ts";
import type { Portal } from "#core/model/portal.ts";
import { link } from "../../../../bridges/matrix/commands/link.ts";
import { list } from "../../../../bridges/matrix/commands/list.ts";
import { unlink } from "../../../../bridges/matrix/commands/unlink.ts";
import { configSchema, type MatrixConfig } from "../../../../bridges/matrix/config.ts";
import { diagnose } from "../../../../bridges/matrix/diagnose.ts";
import { createRegistration, readRegistration } from "../../../../bridges/matrix/registration.ts";
import { type FakeHomeserver, type Fault, startFakeHomeserver } from "../../../peers/fake-homeserver.ts";
import { freePort } from "../../../support/free-port.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const channel = mintId("chn", 1);
const bot = "@_ofscp_bot:hs.test";
const alice = "@alice:hs.test";

/** A core with one channel, whose links become `state` at once, as if a server ran, and a homeserver. */
async function open(t: ExecutionContext, state: Portal["state"] = "active") {
	const folder = await temporaryFolder(t);
	const file = path.join(folder, "registration.yaml");
	await writeFile(
		file,
		createRegistration({ publicUrl: "http://127.0.0.1:9", prefix: "_ofscp_", serverName: "hs.test" }),
	);
	const { as_token: asToken, hs_token: hsToken } = readRegistration(file);
	const homeserver: FakeHomeserver = await startFakeHomeserver({
		serviceUrl: "http://127.0.0.1:9",
		asToken,
		hsToken,
		bot,
	});
	t.teardown(() => homeserver[Symbol.asyncDispose]());
	const config = configSchema.parse({
		enabled: true,
		homeserverUrl: homeserver.url,
		serverName: "hs.test",
		registration: file,
	});
	const outs: string[] = [];
	const errs: string[] = [];
	const linked: Portal[] = [];
	let closed = 0;
	const core: CommandCore = {
		people: {} as CommandCore["people"],
		channel: async (id) => (id === channel ? ({ id } as Channel) : undefined),
		portals: {
			all: async () => [...linked],
			ofChannel: async () => linked.filter((portal) => portal.state !== "closed"),
			async link(id: ChannelId, { target: room }) {
				const made = { id: mintId("brg", 1), channel: id, room, state: "waiting" } as Portal;
				linked.push({ ...made, state });
				return made;
			},
			async unlink(portal) {
				linked.splice(linked.indexOf(portal), 1);
			},
		},
		async [Symbol.asyncDispose]() {
			closed++;
		},
	};
	const contextOf = (section: MatrixConfig): CommandContext<MatrixConfig> => ({
		about: { bridge: bridgeName("matrix"), origin: "https://social.test", domain: "social.test" },
		config: section,
		terminal: {
			out: (line) => outs.push(line),
			err: (line) => errs.push(line),
			stdin: process.stdin,
			// A command that is asked to stop does not wait for the server.
			signal: AbortSignal.abort(),
		},
		openCore: async () => core,
	});
	return { context: contextOf(config), contextOf, config, homeserver, core, outs, errs, linked, closed: () => closed };
}

/** A problem that is told in one line, as a command's failure. */
async function problemOf(t: ExecutionContext, work: Promise<unknown>): Promise<string> {
	const error = await t.throwsAsync(work, { instanceOf: SetupError });
	t.false(error?.message.includes("\n"));
	return error?.message ?? "";
}

test("a channel is linked to a room by its id or alias, and the command says the link's state once it is settled", async (t) => {
	for (const byAlias of [false, true]) {
		const { context, homeserver, outs, errs, linked, closed } = await open(t);
		const room = homeserver.room(alice);
		homeserver.aliases.set("#den:hs.test", room.id);
		t.is(await link.run([channel, byAlias ? "#den:hs.test" : room.id], context), 0);
		t.deepEqual([outs, errs], [[`${linked[0]?.id} ${room.id} active`], []]);
		t.is(room.membership(bot), "join");
		t.is(closed(), 1);
	}
});

test("without a running server the command says that the link waits for it", async (t) => {
	const { context, homeserver, outs, errs } = await open(t, "waiting");
	t.is(await link.run([channel, homeserver.room(alice).id], context), 0);
	t.regex(outs[0] ?? "", / waiting$/);
	t.deepEqual(errs, ["The link becomes active when the server runs"]);
});

test("a room that can't be linked links nothing, is left again, and the command says why", async (t) => {
	const { context, homeserver, linked, closed } = await open(t);
	const [encrypted, silent, closedRoom] = [homeserver.room(alice), homeserver.room(alice), homeserver.room(alice)];
	encrypted.setState(alice, "m.room.encryption", "", { algorithm: "m.megolm.v1.aes-sha2" });
	silent.setState(alice, "m.room.power_levels", "", { users: { [alice]: 100 }, events_default: 50 });
	closedRoom.setState(alice, "m.room.power_levels", "", { users: { [alice]: 100 }, invite: 50 });
	for (const [room, reason] of [
		[encrypted, /can't be linked: the room is encrypted/],
		[silent, /can't be linked: ghosts may not speak/],
		[closedRoom, /can't be linked: ghosts may not enter/],
	] as const) {
		t.regex(await problemOf(t, link.run([channel, room.id], context)), reason);
		t.is(room.membership(bot), "leave");
	}
	t.regex(await problemOf(t, link.run([channel, "#other:hs.test"], context)), /knows no room #other:hs\.test/);
	t.regex(await problemOf(t, link.run([channel, "!other:hs.test"], context)), /knows no room !other:hs\.test/);
	t.regex(await problemOf(t, link.run([channel, "den"], context)), /knows no room den/);
	t.deepEqual(linked, []);
	t.is(closed(), 6);
});

test("what keeps the bot out, or the homeserver from answering, is said in one line", async (t) => {
	const { context, contextOf, config, homeserver, linked } = await open(t);
	const room = homeserver.room(alice);
	const faults: readonly (readonly [Fault, RegExp])[] = [
		[{ status: 403, errcode: "M_FORBIDDEN" }, /The bot may not enter .*: invite @_ofscp_bot:hs\.test to it/],
		[{ status: 502, errcode: "M_UNKNOWN" }, /knows no room .*, or can't reach it/],
		[{ status: 401, errcode: "M_UNKNOWN_TOKEN" }, /does not know our token/],
		[{ status: 500, errcode: "M_UNKNOWN" }, /does not answer as a homeserver/],
		["lose", /does not answer as a homeserver/],
	];
	for (const [fault, message] of faults) {
		homeserver.fault = (_method, asked) => (asked.startsWith("/join/") ? fault : undefined);
		t.regex(await problemOf(t, link.run([channel, room.id], context)), message);
		room.leave(bot);
	}
	const elsewhere = `http://127.0.0.1:${await freePort()}`;
	const message = await problemOf(t, link.run([channel, room.id], contextOf({ ...config, homeserverUrl: elsewhere })));
	t.true(message.includes(elsewhere));
	t.regex(await problemOf(t, link.run([channel, room.id], contextOf({ ...config, enabled: false }))), /is not enabled/);
	const absent = contextOf({ ...config, registration: "/nowhere/registration.yaml" });
	t.regex(await problemOf(t, link.run([channel, room.id], absent)), /can't be read/);
	t.deepEqual(linked, []);
});

test("a link that the core refuses leaves the bot where it was", async (t) => {
	const { context, core, homeserver } = await open(t);
	const [new_, known] = [homeserver.room(alice), homeserver.room(alice)];
	known.join(bot);
	core.portals.link = async () => {
		throw new Error("refused");
	};
	for (const [room, membership] of [
		[new_, "leave"],
		[known, "join"],
	] as const) {
		await t.throwsAsync(link.run([channel, room.id], context), { message: "refused" });
		t.is(room.membership(bot), membership);
	}
});

test("links are listed with their states and reasons", async (t) => {
	const { context, linked, outs, errs } = await open(t);
	t.is(await list.run([], context), 0);
	t.deepEqual([outs, errs], [[], ["No channel is linked to a room"]]);
	const portal = { id: mintId("brg", 1), channel, room: "!den:hs.test", state: "active" } as Portal;
	linked.push(portal, { ...portal, state: "degraded", reason: "the room is encrypted" });
	t.is(await list.run([], context), 0);
	const line = `${portal.id} ${channel} !den:hs.test`;
	t.deepEqual(outs, [`${line} active`, `${line} degraded: the room is encrypted`]);
	await t.throwsAsync(list.run(["x"], context), { instanceOf: Usage });
});

test("every link of a channel is ended, and said in a line each; without any the command fails", async (t) => {
	const { context, outs, errs, homeserver } = await open(t);
	t.is(await unlink.run([channel], context), 1);
	t.deepEqual(errs, ["This channel is linked to no room"]);
	const room = homeserver.room(alice);
	await link.run([channel, room.id], context);
	t.is(await unlink.run([channel], context), 0);
	t.regex(outs.at(-1) ?? "", /^brg_\w+ !\S+ closed$/);
});

test("what is no channel id, too little or too much is wrong usage; a channel that does not exist is a problem of one line", async (t) => {
	const { context } = await open(t);
	for (const words of [[], [channel], [channel, "#den:hs.test", "x"], ["general", "#den:hs.test"]])
		await t.throwsAsync(link.run(words, context), { instanceOf: Usage }, words.join(" "));
	for (const words of [[], ["general"], [channel, "x"]])
		await t.throwsAsync(unlink.run(words, context), { instanceOf: Usage }, words.join(" "));
	const other = mintId("chn", 2);
	t.is(await problemOf(t, link.run([other, "#den:hs.test"], context)), `There is no channel ${other}`);
	t.is(await problemOf(t, unlink.run([other], context)), `There is no channel ${other}`);
});

test("the diagnosis says what the homeserver answers, and which links do not work", async (t) => {
	const { context, contextOf, config, homeserver, linked } = await open(t);
	const portal = { id: mintId("brg", 1), channel, room: "!den:hs.test", state: "active" } as Portal;
	linked.push(portal, { ...portal, state: "degraded", reason: "the room is encrypted" });
	t.deepEqual(await diagnose(context), [
		`connected to ${homeserver.url} as ${bot}`,
		"the homeserver reaches us at http://127.0.0.1:9",
		"1 of 2 links active",
		`${channel} and !den:hs.test: degraded, the room is encrypted`,
	]);
	homeserver.fault = (_method, asked) =>
		asked.endsWith("/ping") ? { status: 502, errcode: "M_CONNECTION_FAILED" } : undefined;
	t.regex((await diagnose(context))[1] ?? "", /can't reach us at http:\/\/127\.0\.0\.1:9: is the server running/);
	homeserver.fault = () => ({ status: 401, errcode: "M_UNKNOWN_TOKEN" });
	t.regex((await diagnose(context))[0] ?? "", /does not know our token/);
	const elsewhere = contextOf({ ...config, homeserverUrl: `http://127.0.0.1:${await freePort()}` });
	t.regex((await diagnose(elsewhere))[0] ?? "", /does not answer as a homeserver/);
	const absent = contextOf({ ...config, registration: "/nowhere/registration.yaml" });
	t.regex((await diagnose(absent))[0] ?? "", /can't be read/);
	const other = contextOf({ ...config, serverName: "other.test" });
	homeserver.fault = () => undefined;
	t.regex((await diagnose(other))[0] ?? "", /knows us as "@_ofscp_bot:hs\.test", not as @_ofscp_bot:other\.test/);
});
