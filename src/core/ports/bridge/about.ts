import type { BridgeName } from "../../ids.ts";

/** The name of a bridge, and the provider that it runs in. */
export interface HostAbout {
	/** The bridge's own name: that of its folder and of its section in the configuration. */
	readonly bridge: BridgeName;
	/** The origin of every published URL: `https://social.example` */
	readonly origin: string;
	/** The domain of local handles: `social.example`, with the port if it is not the scheme's default. */
	readonly domain: string;
	/** Whether documents are served only to requests that their sender has signed (`federation.authorizedFetch`). */
	readonly authorizedFetch: boolean;
	/** What the provider publishes about itself. */
	readonly instance: {
		readonly name: string;
		readonly description: string;
		/** Causeway's version. */
		readonly version: string;
		readonly openRegistration: boolean;
	};
}
