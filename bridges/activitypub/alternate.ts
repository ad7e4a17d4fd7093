import type { Alternate, Subject } from "#bridge-kit";
import type { Ids } from "./ids.ts";
import { ACTIVITY_TYPE } from "./vocabulary.ts";

/** The actor or object of a thing that has a page. */
export const alternateOf =
	(ids: Ids) =>
	(subject: Subject): Alternate => ({ type: ACTIVITY_TYPE, url: idOfSubject(ids, subject) });

function idOfSubject(ids: Ids, subject: Subject): string {
	if ("account" in subject) return ids.actor({ kind: "account", account: subject.account });
	if ("channel" in subject) return ids.actor({ kind: "channel", channel: subject.channel });
	return ids.object({ id: subject.message });
}
