import { replayDeadLetters } from "#core/bridging/outgoing/dead-letters.ts";
import { openCore } from "../gateway.ts";
import { type Command, Usage } from "./command.ts";

export const deliveriesReplay: Command = {
	usage: "deliveries replay <lane>",
	summary: "retry the failed deliveries of a lane (doctor lists them)",
	async run(args, config, terminal) {
		const [lane, ...more] = args;
		if (lane === undefined || more.length > 0) throw new Usage("deliveries replay needs the name of one lane");
		await using opened = await openCore(config);
		terminal.out(String(await replayDeadLetters(opened.context, lane)));
		return 0;
	},
};
