import type { BridgeModule } from "#bridge-kit";
import { configSchema, type PigeonConfig } from "./config.ts";

/** A bridge without a network: the minimum of a new bridge. */
const pigeon: BridgeModule<PigeonConfig> = {
	configSchema,
	commands: { greet: async () => (await import("./commands/greet.ts")).greet },
	create: (config, host) => ({
		name: host.about.bridge,
		capabilities: {
			message: "none",
			edit: "none",
			removal: "none",
			reaction: "none",
			unreaction: "none",
			join: "none",
			leave: "none",
			answer: "none",
			profile: "none",
			departure: "none",
			"account-removal": "none",
			link: "none",
			unlink: "none",
			relays: false,
		},
		resolvers: {
			person: "unsupported",
			isGone: "unsupported",
			room: "unsupported",
			message: "unsupported",
			alternate: "unsupported",
		},
		paths: ["pigeon"],
		async handle() {
			return { status: 200, headers: { "content-type": "text/plain" }, body: config.greeting };
		},
		async start() {
			host.report({ state: "connected" });
		},
		async stop() {},
		async deliver() {
			return { status: "rejected", reason: "unsupported" };
		},
	}),
};
export default pigeon;
