import { type Json, textOf, timeOf } from "../reading.ts";

/** A date alone does not tell which of two changes came first. */
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** The first of these properties that is a time (xsd:dateTime), in milliseconds since 1970. */
function timeIn(document: Json | undefined, names: readonly string[]): number | undefined {
	for (const name of names) {
		const value = document?.[name];
		const time = dateTime.test(textOf(value) ?? "") ? timeOf(value) : undefined;
		if (time !== undefined && time > 0) return time;
	}
	return undefined;
}

type SentAt = { readonly at?: number };
const sentAt = (at: number | undefined): SentAt => (at === undefined ? {} : { at });

/** When an activity happened by its sender's clock, if it says so. */
export const activitySentAt = (activity: Json): SentAt => sentAt(timeIn(activity, ["published", "updated"]));

/** When an object, or an actor, was last changed: what it says itself, or the `Update` around it. */
export const objectUpdatedAt = (object: Json | undefined, update: Json): SentAt =>
	sentAt(timeIn(object, ["updated"]) ?? timeIn(update, ["updated", "published"]));

/** When a new object was last changed, if it was edited before it was sent. */
export const newObjectUpdatedAt = (object: Json): SentAt => sentAt(timeIn(object, ["updated"]));
