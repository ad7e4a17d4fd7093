import type { BridgeName } from "../../ids.ts";
import type { Capabilities, Delivery, DeliveryResult, Progress } from "./delivery.ts";
import type { BridgeRequest, BridgeResponse } from "./request.ts";
import type { Resolvers } from "./resolvers.ts";

export type BridgeState = {
	readonly state: "starting" | "connected" | "degraded" | "unauthorized" | "stopped";
	readonly reason?: string;
};

/** A running bridge, as the core sees it. */
export interface Bridge {
	readonly name: BridgeName;
	readonly capabilities: Capabilities;
	readonly resolvers: Resolvers;
	/**
	 * The first path segments whose requests `handle` answers: `users`, `inbox`, `.well-known/webfinger` (two segments below
	 * `.well-known`). No two bridges may own the same.
	 */
	readonly paths: readonly string[];
	handle(request: BridgeRequest): Promise<BridgeResponse>;
	/** Called once, before the port opens. Must not wait for the network. */
	start(signal: AbortSignal): Promise<void>;
	stop(): Promise<void>;
	/** Delivers one thing. Never called for a kind that is declared "none". A thrown error is a bug and is retried like `retry`. */
	deliver(delivery: Delivery, signal: AbortSignal, progress?: Progress): Promise<DeliveryResult>;
}
