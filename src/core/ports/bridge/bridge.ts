import type { BridgeName } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Reach } from "../../model/reach.ts";
import type { Capabilities, Delivery, DeliveryResult, Progress } from "./delivery.ts";
import type { BridgeRequest, BridgeResponse } from "./request.ts";
import type { Resolvers } from "./resolvers.ts";

/** The state of the connection to the other network, for the operator. */
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
	 * The first path segments of the requests that `handle` answers: `users`, `inbox`, `.well-known/webfinger` (two segments below
	 * `.well-known`). No two bridges may own the same path.
	 */
	readonly paths: readonly string[];
	/** For a bridge whose `paths` are used by one server that the operator has set up: its requests are admitted apart from all others. */
	readonly service?: {
		/** Whether a request has the server's credential; asked before anything else, for every request. */
		isCaller(request: Pick<BridgeRequest, "headers" | "query">): boolean;
		/** Tells the server in its own format to try again later. */
		readonly unavailable: BridgeResponse & { readonly body: string };
	};
	/** The rooms that an account's ghost is in, for a network that has rooms. What concerns the account is delivered there. */
	readonly roomsOf?: (account: Account) => Promise<readonly Reach[]>;
	/** For a network where an author has to be introduced to a room, so that this can be done ahead of their first message there. */
	readonly introduction?: {
		/** Whether an account may still have to be introduced to a room; asked without delay, from memory. */
		isNeeded(account: Account, reach: Reach): boolean;
		/** Introduces an account. A failure is left to the delivery. */
		introduce(account: Account, reach: Reach): Promise<void>;
	};
	/** Answers a request to one of `paths`. */
	handle(request: BridgeRequest): Promise<BridgeResponse>;
	/** Called once, before the port opens. Must not wait for the network. */
	start(signal: AbortSignal): Promise<void>;
	/** Called once, after the last delivery. */
	stop(): Promise<void>;
	/**
	 * Makes one delivery. Never called for a kind that is declared "none". A thrown error is a bug, and is treated as `retry`.
	 *
	 * @param signal aborts when the process has to end
	 */
	deliver(delivery: Delivery, signal: AbortSignal, progress?: Progress): Promise<DeliveryResult>;
}
