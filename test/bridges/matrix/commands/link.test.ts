import test from "ava";
import { type CommandContext, type CommandCore, Usage } from "#bridge-kit";
import { bridgeName, type ChannelId, mintId } from "#core/ids.ts";
import type { Channel } from "#core/model/channel.ts";
import type { Portal } from "#core/model/portal.ts";
import { link } from "../../../../bridges/matrix/commands/link.ts";
import { unlink } from "../../../../bridges/matrix/commands/unlink.ts";
import { configSchema, type MatrixConfig } from "../../../../bridges/matrix/config.ts";

const channel = mintId("chn", 1);
const reach = { bridge: bridgeName("matrix"), target: "!den:hs.test", lane: "matrix:!den:hs.test" };

/** A core with one channel, and a homeserver that knows one room. */
function scene() {
	const outs: string[] = [];
	const errs: string[] = [];
	const linked: Portal[] = [];
	let closed = 0;
	const core: CommandCore = {
		people: {} as CommandCore["people"],
		channel: async (id) => (id === channel ? ({ id } as Channel) : undefined),
		portals: {
			ofChannel: async () => [...linked],
			async link(id: ChannelId, { target: room }) {
				const portal = { id: mintId("brg", 1), channel: id, room, state: "waiting" } as Portal;
				linked.push(portal);
				return portal;
			},
			async unlink(portal) {
				linked.splice(linked.indexOf(portal), 1);
			},
		},
		resolveRoom: async (room) => (room === "#den:hs.test" ? reach : undefined),
		async [Symbol.asyncDispose]() {
			closed++;
		},
	};
	const context: CommandContext<MatrixConfig> = {
		about: { bridge: reach.bridge, origin: "https://social.test", domain: "social.test" },
		config: configSchema.parse({}),
		terminal: {
			out: (line) => outs.push(line),
			err: (line) => errs.push(line),
			stdin: process.stdin,
			signal: new AbortController().signal,
		},
		openCore: async () => core,
	};
	return { context, outs, errs, linked, closed: () => closed };
}

test("a channel is linked to the room that the homeserver knows by the alias, and the core is closed again", async (t) => {
	const { context, outs, linked, closed } = scene();
	t.is(await link.run([channel, "#den:hs.test"], context), 0);
	t.deepEqual(outs, [`${linked[0]?.id} !den:hs.test waiting`]);
	t.is(linked[0]?.channel, channel);
	t.is(closed(), 1);
});

test("a room that the homeserver does not know links nothing", async (t) => {
	const { context, outs, errs, linked, closed } = scene();
	t.is(await link.run([channel, "#other:hs.test"], context), 1);
	t.deepEqual([outs, errs, linked], [[], ["The homeserver knows no room #other:hs.test"], []]);
	t.is(closed(), 1);
});

test("every link of a channel is ended, and said in a line each; without any the command fails", async (t) => {
	const { context, outs, errs } = scene();
	t.is(await unlink.run([channel], context), 1);
	t.deepEqual(errs, ["This channel is linked to no room"]);
	await link.run([channel, "#den:hs.test"], context);
	t.is(await unlink.run([channel], context), 0);
	t.regex(outs.at(-1) ?? "", /^brg_\w+ !den:hs\.test closed$/);
});

test("what is no channel id, too little or too much is wrong usage; a channel that does not exist is a failure", async (t) => {
	const { context } = scene();
	for (const words of [[], [channel], [channel, "#den:hs.test", "x"], ["general", "#den:hs.test"]])
		await t.throwsAsync(link.run(words, context), { instanceOf: Usage }, words.join(" "));
	for (const words of [[], ["general"], [channel, "x"]])
		await t.throwsAsync(unlink.run(words, context), { instanceOf: Usage }, words.join(" "));
	const other = mintId("chn", 2);
	await t.throwsAsync(link.run([other, "#den:hs.test"], context), { message: `There is no channel ${other}` });
	await t.throwsAsync(unlink.run([other], context), { message: `There is no channel ${other}` });
});
