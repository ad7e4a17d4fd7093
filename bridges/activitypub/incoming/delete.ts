import { assertSendersOwn, objectIdOf, type Reader } from "./reader.ts";

/** The deletion of an object, or of the actor itself. The core remembers it, so that a `Create` that arrives later is ignored. */
export const readDelete: Reader = (context, received) => {
	const id = objectIdOf(received);
	assertSendersOwn(context, received, id);
	return id === received.actor ? { kind: "gone" } : { kind: "removal", target: { remote: id } };
};
