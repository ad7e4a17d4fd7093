import type { Alternate, BridgeHost, Subject } from "#bridge-kit";
import { hasActor, isActorKnown } from "./actors.ts";
import type { Ids } from "./ids.ts";
import { ACTIVITY_TYPE } from "./vocabulary.ts";

/** The actor of an account or channel, the object of a message: ours, or the one at home in the fediverse. */
export const alternateOf =
	(ids: Ids, host: Pick<BridgeHost, "about">) =>
	(subject: Subject): Alternate | undefined => {
		const url = idOfSubject(ids, host, subject);
		return url === undefined ? undefined : { type: ACTIVITY_TYPE, url };
	};

function idOfSubject(ids: Ids, host: Pick<BridgeHost, "about">, subject: Subject): string | undefined {
	if ("channel" in subject) return ids.channelActor(subject.channel);
	if ("account" in subject) return isActorKnown(host, subject.account) ? ids.person(subject.account) : undefined;
	const { message, author } = subject;
	return message.origin?.bridge === host.about.bridge || hasActor(host, author) ? ids.object(message) : undefined;
}
