import type { AccountId, ChannelId, MessageId } from "../../ids.ts";
import type { Reach } from "../../model/reach.ts";
import type { RemotePerson } from "./remote-event.ts";

/** One of our things that has a page. */
export type Subject =
	| { readonly account: AccountId }
	| { readonly channel: ChannelId }
	| { readonly message: MessageId };

/** The representation of one of our things in the format of another network: `Link: rel=alternate`, content negotiation. */
export interface Alternate {
	/** A media type. */
	readonly type: string;
	readonly url: string;
}

/**
 * How a bridge translates between our names and those of its network. A network without such names says "unsupported", so
 * that the core knows whom it can ask; nothing here is optional, so that a new member has to be answered by every bridge.
 */
export interface Resolvers {
	/** Finds a person by `handle@domain` or URL; `undefined`: not of this network, or not there. May use the network. */
	readonly person: ((reference: string) => Promise<RemotePerson | undefined>) | "unsupported";
	/** Finds a room by id or alias; `undefined`: there is no such room, or it is not of this network. May use the network. */
	readonly room: ((room: string) => Promise<Reach | undefined>) | "unsupported";
	readonly alternate: ((subject: Subject) => Alternate) | "unsupported";
}
