import type { AccountEvents } from "../accounts/events.ts";
import type { PortalEvents } from "../bridging/portals/events.ts";
import type { GroupEvents } from "../groups/events.ts";
import type { MembershipEvents } from "../groups/membership-events.ts";
import type { MessageEvents } from "../messages/events.ts";
import type { LogEvent } from "../ports/store.ts";
import type { ReactionEvents } from "../reactions/events.ts";

/** Every type of event and its body; each area declares its own. */
export type Bodies = AccountEvents & GroupEvents & MembershipEvents & MessageEvents & ReactionEvents & PortalEvents;
export type EventType = keyof Bodies;
export type EventOf<T extends EventType> = LogEvent<T, Bodies[T]>;
/** What has happened, a discriminated union over `type`. */
export type DomainEvent = { [T in EventType]: EventOf<T> }[EventType];
