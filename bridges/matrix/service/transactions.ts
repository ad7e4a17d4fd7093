import { JsonRefused, withCleanTexts } from "#bridge-kit";
import { isRecord } from "../incoming/event.ts";

/**
 * The events of a transaction (AS v1.19, "Pushing events"). Ephemeral data is ignored. Only the envelope is validated: refusing a
 * transaction because of one event would block all later ones for ever.
 *
 * @throws {JsonRefused} it is not a transaction
 */
export function eventsOf(body: Buffer): readonly unknown[] {
	const transaction = parsed(body.toString("utf8"));
	if (!isRecord(transaction)) throw new JsonRefused("", "an object");
	for (const key of ["__proto__", "constructor"])
		if (Object.hasOwn(transaction, key)) throw new JsonRefused(`/${key}`, "another key");
	if (!Array.isArray(transaction.events)) throw new JsonRefused("/events", "a list of events");
	return transaction.events;
}

function parsed(text: string): unknown {
	try {
		return withCleanTexts(text, JSON.parse(text));
	} catch {
		throw new JsonRefused("", "valid JSON");
	}
}
