import { discardDeadLetters, replayDeadLetters } from "#core/bridging/outgoing/dead-letters.ts";
import { openCore } from "../gateway.ts";
import { type Command, Usage } from "./command.ts";

/** The lane that is the only argument. @throws {Usage} */
function laneOf(args: readonly string[], command: string): string {
	const [lane, ...more] = args;
	if (lane === undefined || more.length > 0) throw new Usage(`${command} needs the name of one lane`);
	return lane;
}

export const deliveriesReplay: Command = {
	usage: "deliveries replay <lane>",
	summary: "retry the failed deliveries of a lane (doctor lists them)",
	async run(args, config, terminal) {
		const lane = laneOf(args, "deliveries replay");
		await using opened = await openCore(config);
		terminal.out(String(await replayDeadLetters(opened.context, lane)));
		return 0;
	},
};

export const deliveriesDiscard: Command = {
	usage: "deliveries discard <lane>",
	summary: "delete the failed deliveries of a lane, which are then never made",
	async run(args, config, terminal) {
		const lane = laneOf(args, "deliveries discard");
		await using opened = await openCore(config);
		terminal.out(String(await discardDeadLetters(opened.context, lane)));
		return 0;
	},
};
