import type { Account } from "../../model/account.ts";
import type { Channel } from "../../model/channel.ts";
import type { Message } from "../../model/message.ts";
import type { Reach } from "../../model/reach.ts";
import type { RemoteMessage, RemotePerson, RemotePlace } from "./remote-event.ts";

/** An account, channel or message that has a page here. */
export type Subject =
	| { readonly account: Account }
	| { readonly channel: Channel }
	| { readonly message: Message; readonly author: Account };

/** The representation of a page's subject in the format of another network: `Link: rel=alternate`, content negotiation. */
export interface Alternate {
	/** A media type. */
	readonly type: string;
	readonly url: string;
}

/**
 * Resolves names of a bridge's network. A bridge declares "unsupported" for names that its network does not have. No member is
 * optional, so that every bridge has to decide about a new one.
 */
export interface Resolvers {
	/**
	 * Finds a person by `handle@domain` or URL; `undefined` if no such person is on this network. May make requests.
	 *
	 * @param options.orAuthor the URL may also be that of a post, whose author is found
	 * @throws {Unavailable} it can't be said now
	 */
	readonly person:
		| ((reference: string, options?: { readonly orAuthor?: boolean }) => Promise<RemotePerson | undefined>)
		| "unsupported";
	/**
	 * Whether the person with this id no longer exists, as their own server says now. Fails if it can't be asked or gives no clear answer.
	 */
	readonly isGone: ((person: string) => Promise<boolean>) | "unsupported";
	/** Finds a room by id or alias; `undefined` if no such room is on this network. May make requests. */
	readonly room: ((room: string) => Promise<Reach | undefined>) | "unsupported";
	/**
	 * Reads a message by its id from the server where it lives; `undefined` if there is none that this provider may read, or if the bridge
	 * has handed it to the core itself. Its own id can differ from the one that was asked for. Makes requests.
	 *
	 * @param below the place of the reply that needs it, if any
	 * @throws {Unavailable} the server can't answer now
	 */
	readonly message: ((id: string, below?: RemotePlace) => Promise<RemoteMessage | undefined>) | "unsupported";
	/** `undefined`: the subject has no representation on this network. */
	readonly alternate: ((subject: Subject) => Alternate | undefined) | "unsupported";
}
