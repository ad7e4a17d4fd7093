import type { Alternate, Subject } from "#bridge-kit";
import type { Ids } from "./ids.ts";
import { ACTIVITY_TYPE } from "./vocabulary.ts";

/** The actor of an account or channel, the object of a message. */
export const alternateOf =
	(ids: Ids) =>
	(subject: Subject): Alternate => ({ type: ACTIVITY_TYPE, url: idOfSubject(ids, subject) });

function idOfSubject(ids: Ids, subject: Subject): string {
	if ("account" in subject) return ids.actor({ kind: "account", account: subject.account });
	if ("channel" in subject) return ids.actor({ kind: "channel", channel: subject.channel });
	return ids.object({ id: subject.message });
}
