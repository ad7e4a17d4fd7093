import { idOf, isJson, type Json, listOf, sameOrigin, textOf } from "../reading.ts";
import type { KeyDocument } from "../signatures/index.ts";
import type { ActorDirectory } from "./actor-directory.ts";
import type { Documents } from "./fetch-document.ts";
import { isActor, isInstanceActor } from "./person.ts";

/**
 * Fetches a key by its id, in each of the forms in which servers publish one: within its actor (`<actor>#main-key`), as a
 * document of its own with an `owner`, or as a document at the key's URL that carries the actor's id (design §9 rule 3). Key and
 * actor must name each other and have the same origin; a document about another actor's key is not accepted.
 *
 * @throws {RemoteUnavailable}
 */
export function createKeyFetcher(
	documents: Documents,
	directory: ActorDirectory,
): (keyId: string) => Promise<KeyDocument | undefined> {
	/** The key in the actor's own document, fetched under the actor's id. */
	async function fromActor(actor: string, keyId: string): Promise<KeyDocument | undefined> {
		const found = await documents.fetchObject(actor);
		if (found.status !== "found" || idOf(found.document) !== actor) return undefined;
		return within(found.document, keyId);
	}

	async function within(actor: Json, keyId: string): Promise<KeyDocument | undefined> {
		const key = keyIn(actor, keyId);
		// The actor has just been fetched with its key: a first activity needs no second request.
		if (key !== undefined && isActor(actor)) await directory.learn(actor).catch(() => undefined);
		return key;
	}

	return async (keyId) => {
		const found = await documents.fetch(keyId);
		if (found.status !== "found" || !sameOrigin(found.url, keyId)) return undefined;
		const { document } = found;
		const id = idOf(document);
		if (id === undefined || !sameOrigin(id, keyId)) return undefined;
		if (id === found.url && listOf(document["publicKey"]).length > 0) return within(document, keyId);
		// A separate key document names its owner, or carries the owner's id. The owner has to name the key, too.
		const owner = idOf(document["owner"]) ?? id;
		return sameOrigin(owner, keyId) ? fromActor(owner, keyId) : undefined;
	};
}

/** The key with this id in an actor's document. */
function keyIn(document: Json, keyId: string): KeyDocument | undefined {
	const actor = idOf(document);
	const key = listOf(document["publicKey"]).find((candidate) => isJson(candidate) && idOf(candidate) === keyId);
	if (!isJson(key) || actor === undefined || idOf(key["owner"]) !== actor) return undefined;
	const pem = textOf(key["publicKeyPem"]);
	return pem === undefined
		? undefined
		: { id: keyId, owner: actor, pem, ...(isInstanceActor(document) ? { isOfServer: true } : {}) };
}
