import { type RemoteMessage, Unavailable } from "#bridge-kit";
import { createCache } from "../cache.ts";
import { keptRaw } from "../kept-raw.ts";
import { idOf, idsOf, type Json, sameOrigin } from "../reading.ts";
import { RemoteUnavailable } from "../remote/fetch-document.ts";
import { readMessage } from "./create.ts";
import type { InboxContext } from "./reader.ts";

/** How long a message is cached that was read, or that there was none, in milliseconds. */
const cachedMs = 10 * 60_000;

/**
 * Reads a message by its id, or by the address of its page, from its own server. Only a document that its server serves under the id
 * that it carries is read, and only in the name of an actor of that server.
 */
export function createMessageReader(context: InboxContext): (id: string) => Promise<RemoteMessage | undefined> {
	const cache = createCache<{ readonly message: RemoteMessage | undefined }>(1_000, cachedMs);
	const { documents, directory } = context;

	async function read(url: string): Promise<RemoteMessage | undefined> {
		const found = await documents.fetchObject(url);
		if (found.status !== "found") return undefined;
		const object = found.document;
		const id = idOf(object);
		const author = idsOf(object["attributedTo"]).find((actor) => id !== undefined && sameOrigin(actor, id));
		if (id === undefined || author === undefined || context.ids.isOurs(id)) return undefined;
		const meaning = await readMessage(context, author, object, object);
		if (meaning === undefined) return undefined;
		const sender = await directory.person(author);
		return sender === undefined ? undefined : { ...meaning, id, sender, raw: keptRaw(createOf(author, object), id) };
	}

	return async (id) => {
		const known = cache.get(id);
		if (known !== undefined) return known.message;
		try {
			const message = await read(id);
			cache.set(id, { message });
			return message;
		} catch (error) {
			if (error instanceof RemoteUnavailable) throw new Unavailable("The server can't answer now", 60, error);
			throw error;
		}
	};
}

/** The activity in which a channel passes on an object that came without one. */
function createOf(actor: string, { "@context": context, ...object }: Json): Json {
	return { "@context": context, type: "Create", actor, to: object["to"], cc: object["cc"], object };
}
