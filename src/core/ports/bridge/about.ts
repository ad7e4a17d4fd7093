import type { BridgeName } from "../../ids.ts";

/** Who a bridge is, and which provider it runs in. */
export interface HostAbout {
	/** The bridge's own name: that of its folder and of its section in the configuration. */
	readonly bridge: BridgeName;
	/** The origin that everything is published under: `https://social.example` */
	readonly origin: string;
	/** The domain of our handles: `social.example`, with the port when it is not the scheme's own. */
	readonly domain: string;
	/** What the provider publishes about itself. */
	readonly instance: {
		readonly name: string;
		readonly description: string;
		/** Causeway's version. */
		readonly version: string;
		readonly openRegistration: boolean;
	};
}
