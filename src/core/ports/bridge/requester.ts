import type { Account } from "../../model/account.ts";
import type { Reach } from "../../model/reach.ts";

/**
 * A server that has proved who it is without naming a person: an instance actor of the fediverse. It may have what it would also get
 * delivered: what its own people may read.
 */
export interface HomeServer extends Pick<Reach, "bridge" | "lane"> {
	readonly kind: "server";
	/** Those of its people to whom messages are delivered at another host. */
	readonly people: readonly Account[];
}

/** Who asks for something, proved by a signature: a person, or the server that is the home of people. */
export type Requester = Account | HomeServer;
