import type { AccountId, BridgeName, ChannelId, MessageId } from "../../ids.ts";
import type { Reach } from "../../model/reach.ts";
import type { Capabilities, Delivery, DeliveryResult, Progress } from "./delivery.ts";
import type { RemotePerson } from "./remote-event.ts";
import type { BridgeRequest, BridgeResponse } from "./request.ts";

export type BridgeState = {
	readonly state: "starting" | "connected" | "degraded" | "unauthorized" | "stopped";
	readonly reason?: string;
};

/** A running bridge, as the core sees it. */
export interface Bridge {
	readonly name: BridgeName;
	readonly capabilities: Capabilities;
	/**
	 * The first path segments whose requests `handle` answers: `users`, `inbox`, `.well-known/webfinger` (two segments below
	 * `.well-known`). No two bridges may own the same.
	 */
	readonly paths: readonly string[];
	handle(request: BridgeRequest): Promise<BridgeResponse>;
	/** Called once, before the port opens; must not wait for the network. */
	start(signal: AbortSignal): Promise<void>;
	stop(): Promise<void>;
	/** Carries one thing out. A thrown error is a bug and is retried like `retry`. */
	deliver(delivery: Delivery, signal: AbortSignal, progress?: Progress): Promise<DeliveryResult>;
	/** Finds somebody of this network by `handle@domain` or URL; `undefined`: not of this network, or nobody there. May use the network. */
	lookUp?(reference: string): Promise<RemotePerson | undefined>;
	/** What a room is called there: an alias is resolved to its id. `undefined`: no such room, or not of this network. */
	resolveRoom?(room: string): Promise<Reach | undefined>;
	/** The other representation of a thing that has a page: used for `Link: rel=alternate` and for content negotiation. */
	alternate?(
		subject: { readonly account: AccountId } | { readonly channel: ChannelId } | { readonly message: MessageId },
	): { readonly type: string; readonly url: string };
}
